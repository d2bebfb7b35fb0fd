import { rmSync } from 'node:fs';
import { signalGroup } from '../machine/signal-group.js';
import { startRedis } from './server.js';
import type { StartRedisOptions } from './server.js';

export type RestartableRedis = Awaited<ReturnType<typeof startRestartableRedis>>;

/** Starts a server that can be restarted with its data, on its port, when it has ended. */
export async function startRestartableRedis(options: Omit<StartRedisOptions, 'dir'>) {
  const first = await startRedis(options);
  let current = first;
  return {
    url: first.url,
    port: first.port,
    /** The server that was started last. */
    current: () => current,
    /** Restarts it. Rejects if it does not become ready. */
    async restart() {
      current = await startRedis({ ...options, dir: first.dir, port: first.port });
    },
    /** Stops it, and removes its data. */
    async stop() {
      await current.stop();
      await first.stop(); // it owns the data directory
    },
    /** The same, but at once and without waiting, for a process that is about to exit. */
    abandon() {
      signalGroup(current.pid, 'SIGKILL');
      rmSync(first.dir, { recursive: true, force: true });
    },
  };
}
