import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../failure.js';
import { errorLineOf, run } from '../machine/command.js';
import { runOnExit } from '../machine/on-exit.js';
import { parseRedisAddress } from './address.js';
import { connectRedis } from './connection.js';
import type { Log } from '../terminal/progress.js';
import type { ProvidedRedis } from './provided.js';

const IMAGE = 'redis:8';
const PULL_DEADLINE_MS = 300_000;
const COMMAND_DEADLINE_MS = 30_000;
const READY_DEADLINE_MS = 30_000;
const PAUSE_MS = 200;

/** Container engines whose command lines are the same. */
const ENGINES = ['docker', 'podman'];

/**
 * Starts Redis in a container, on a free loopback port. The container is removed by `stop()`, or when this process ends.
 * @returns null if no container engine is running
 */
export async function startRedisContainer({ log }: { log: Log }): Promise<ProvidedRedis | null> {
  for (const engine of ENGINES) {
    const { ok } = await run(engine, ['info'], { deadlineMs: 5000 });
    if (!ok) continue;
    log(`starting a container of ${IMAGE} with ${engine} …`);
    const started = await startWith(engine);
    if (!('problem' in started)) return started;
    log(`no container: ${started.problem}`);
  }
  return null;
}

async function startWith(engine: string): Promise<ProvidedRedis | { problem: string }> {
  const server = ['redis-server', '--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''];
  const started = await run(engine, ['run', '--rm', '-d', '-p', '127.0.0.1::6379', IMAGE, ...server], {
    deadlineMs: PULL_DEADLINE_MS,
  });
  if (!started.ok) return { problem: `${engine} run: ${started.problem}, ${errorLineOf(started.output)}` };

  const id = (started.stdout.at(-1) ?? '').slice(0, 12);
  const cancel = runOnExit('"$1" rm -f -v "$2"', [engine, id]);
  const stop = async () => {
    await run(engine, ['rm', '-f', '-v', id], { deadlineMs: COMMAND_DEADLINE_MS });
    cancel();
  };
  const published = await run(engine, ['port', id, '6379/tcp'], { deadlineMs: COMMAND_DEADLINE_MS });
  const port = /:(\d+)$/.exec(published.stdout[0] ?? '')?.[1] ?? '0';
  const url = `redis://127.0.0.1:${port}`;
  const problem = await waitForAnswer(url);
  if (problem !== null) {
    await stop();
    return { problem };
  }
  return {
    url,
    label: `127.0.0.1:${port}, ${IMAGE} in a container of ${engine}; its data is removed when it stops`,
    kind: 'container',
    cli: `${engine} exec ${id} redis-cli`,
    stop,
    abandon: () => undefined, // runOnExit() removes it
  };
}

/** Waits until a server answers. @returns null as soon as it does; why not, after READY_DEADLINE_MS */
async function waitForAnswer(url: string) {
  const address = parseRedisAddress(url);
  const endsAt = performance.now() + READY_DEADLINE_MS;
  for (;;) {
    try {
      const connection = await connectRedis(address, { deadlineMs: 3000 });
      await connection.call('PING').finally(connection.close);
      return null;
    } catch (error) {
      if (performance.now() > endsAt) return messageOf(error);
      await sleep(PAUSE_MS);
    }
  }
}
