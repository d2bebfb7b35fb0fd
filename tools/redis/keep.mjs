import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../failure.mjs';
import { signalGroup } from '../machine/signal-group.mjs';
import { restartDelayMs, restartsAfter } from '../machine/restart-delay.mjs';
import { ROOT } from '../root.mjs';
import { startRedis } from './server.mjs';

/**
 * Runs a server, and starts it again on its data where it ends by itself, as compose would.
 * @param {import('../redis-server.mjs').RedisBinary} binary
 * @param {import('../terminal/progress.mjs').Log} log
 * @returns {Promise<import('../redis-server.mjs').ProvidedRedis>}
 */
export async function keepRedis(binary, log) {
  const first = await startRedis({ binary, log });
  let current = first;
  const stopping = new AbortController();

  const watch = async () => {
    for (let restarts = 0; ; restarts += 1) {
      const startedAt = Date.now();
      const { code, signal } = await current.exited;
      if (stopping.signal.aborted) return;
      restarts = restartsAfter(restarts, Date.now() - startedAt);
      const delayMs = restartDelayMs(restarts);
      const ending = signal ?? `exit code ${String(code)}`;
      log(`Redis ended with ${ending}; starting it again on its data in ${String(delayMs / 1000)}s`);
      await sleep(delayMs, undefined, { signal: stopping.signal });
      try {
        current = await startRedis({ binary, dir: first.dir, port: first.port });
      } catch (error) {
        log(messageOf(error)); // the ended server is still the current one, so the next round tries again
      }
    }
  };
  const watching = watch().catch((/** @type {unknown} */ error) => {
    if (!stopping.signal.aborted) log(messageOf(error));
  });

  return {
    url: first.url,
    label: `127.0.0.1:${String(first.port)}, ${binary.version}, started here; its data end with it`,
    kind: 'server',
    cli: binary.cli === null ? null : `${shortCommand(binary.cli)} -p ${String(first.port)}`,
    async stop() {
      stopping.abort();
      await current.stop();
      await watching; // a restart that was under way has made another current one
      await current.stop();
      await first.stop(); // it owns the data directory
    },
    abandon() {
      stopping.abort();
      signalGroup(current.pid, 'SIGKILL');
      rmSync(first.dir, { recursive: true, force: true });
    },
  };
}

/**
 * How people can write a command: by its name where the PATH has it, from the folder of the repository where it is below.
 * @param {string} command
 */
function shortCommand(command) {
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter).includes(path.dirname(command));
  if (onPath) return path.basename(command);
  return command.startsWith(ROOT + path.sep) ? path.relative(ROOT, command) : command;
}
