import { fork } from 'node:child_process';
import path from 'node:path';
import { createTail, eachLine, endGroupAfterMe, Failure, ROOT, signalGroup } from '@shop/tools';

const ENTRY = path.join(ROOT, 'bench', 'process', 'main.mjs');
const KEPT_LINES = 20;

/** @typedef {ReturnType<typeof startChild>} Child */

/**
 * Starts a process of a contestant.
 * @param {import('../process/settings.mjs').Settings} settings
 */
export function startChild(settings) {
  const name = `${settings.contestant} (${settings.role})`;
  const child = fork(ENTRY, [JSON.stringify(settings)], {
    detached: true, // a group of its own, which can be ended whatever becomes of this process
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced', // typed arrays go over as they are
    execArgv: settings.watchMemory === true ? ['--expose-gc'] : [],
  });
  const callOff = endGroupAfterMe(child.pid ?? 0, 1);
  const tail = createTail(KEPT_LINES);
  for (const stream of [child.stdout, child.stderr]) if (stream !== null) eachLine(stream, (line) => tail.push(line));

  /** @type {((message: Record<string, unknown>) => void)[]} */
  const listeners = [];
  child.on('message', (message) => {
    for (const listener of listeners) listener(/** @type {Record<string, unknown>} */ (message));
  });
  /** @type {Promise<number | null>} */
  const exited = new Promise((resolve) => {
    child.once('close', (code) => {
      callOff();
      resolve(code);
    });
  });
  const failed = exited.then((code) => {
    throw new Failure(`${name} ended with ${code === null ? 'a signal' : `exit code ${String(code)}`}.`, tail.last());
  });
  failed.catch(() => undefined);

  return {
    /** Rejects when it ends, for whatever reason. */
    failed,
    /**
     * @param {string} is
     * @param {Record<string, unknown>} [more]
     */
    say(is, more = {}) {
      child.send({ is, ...more });
    },
    /**
     * @param {string} is
     * @returns {Promise<Record<string, any>>}
     */
    hear(is) {
      const heard = new Promise((resolve) => {
        listeners.push((message) => {
          if (message['is'] === is) resolve(message);
        });
      });
      return Promise.race([heard, failed]);
    },
    /**
     * @param {string} is
     * @param {(message: Record<string, any>) => void} listener
     */
    on(is, listener) {
      listeners.push((message) => {
        if (message['is'] === is) listener(message);
      });
    },
    /** Waits for its end; what does not end in time is ended. */
    async end(graceMs = 10_000) {
      const timer = setTimeout(() => {
        if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
      }, graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}
