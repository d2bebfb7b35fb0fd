import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../failure.js';
import { restartDelayMs, restartsAfter } from '../machine/restart-delay.js';
import { ROOT } from '../root.js';
import { startRestartableRedis } from './restartable.js';
import type { RedisBinary } from './find.js';
import type { ProvidedRedis } from './provided.js';
import type { Log } from '../terminal/progress.js';
import { formatSeconds } from '../terminal/duration.js';

/** Runs a server, and restarts it with its data whenever it exits by itself, as docker compose does. */
export async function superviseRedis(binary: RedisBinary, log: Log): Promise<ProvidedRedis> {
  const redis = await startRestartableRedis({ binary, log });
  const stopping = new AbortController();

  const watch = async () => {
    for (let restarts = 0; ; restarts += 1) {
      const startedAt = performance.now();
      const { code, signal } = await redis.current().exited;
      if (stopping.signal.aborted) return;
      restarts = restartsAfter(restarts, performance.now() - startedAt);
      const delayMs = restartDelayMs(restarts);
      const ending = signal ?? `exit code ${String(code)}`;
      log(`Redis ended with ${ending}; restarting it with its data in ${formatSeconds(delayMs)}`);
      await sleep(delayMs, undefined, { signal: stopping.signal });
      try {
        await redis.restart();
      } catch (error) {
        log(messageOf(error)); // the server that has exited is still the current one, so the next iteration tries again
      }
    }
  };
  const watching = watch().catch((error: unknown) => {
    if (!stopping.signal.aborted) log(messageOf(error));
  });

  return {
    url: redis.url,
    label: `127.0.0.1:${String(redis.port)}, ${binary.version}, started here; its data is removed when it stops`,
    kind: 'server',
    cli: binary.cli === null ? null : `${shortCommand(binary.cli)} -p ${String(redis.port)}`,
    async stop() {
      stopping.abort();
      await redis.current().stop();
      await watching; // a restart may still have made another server the current one
      await redis.stop();
    },
    abandon() {
      stopping.abort();
      redis.abandon();
    },
  };
}

/** A command as a user can type it: its name if it is on the PATH; a relative path if it is in the repository. */
function shortCommand(command: string) {
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter).includes(path.dirname(command));
  if (onPath) return path.basename(command);
  return command.startsWith(ROOT + path.sep) ? path.relative(ROOT, command) : command;
}
