import { Failure } from '../failure.mjs';

/** Longer than SHUTDOWN_TIMEOUT_MS of the apps, in which they finish what they are doing. */
const STOP_DEADLINE_MS = 12_000;

/**
 * Something that can be broken and healed.
 * @typedef {object} Victim
 * @property {(action: import('./schedule.mjs').Action) => Promise<string | null>} harm resolves when the harm is done: with
 *   null, or in a few words with what went differently
 * @property {(action: import('./schedule.mjs').Action) => Promise<void>} heal starts or thaws it
 */

/**
 * @param {import('../shop/app-process.mjs').AppProcess} app
 * @returns {Victim}
 */
export function appVictim(app) {
  return {
    async harm(action) {
      const found = app.isRunning() ? null : 'was not running: it waits to be started again';
      switch (action) {
        case 'kill':
          await app.kill();
          return found;
        case 'freeze':
          app.signal('SIGSTOP');
          return found;
        case 'stop':
          if (await app.stop(STOP_DEADLINE_MS)) return found;
          return `did not stop within ${String(STOP_DEADLINE_MS / 1000)}s and was killed`;
      }
    },
    async heal(action) {
      if (action === 'freeze') app.signal('SIGCONT');
      else app.start();
    },
  };
}

/**
 * @param {import('../redis/restartable.mjs').RestartableRedis} redis
 * @param {() => Promise<void>} beforeKill what has to be asked for as long as it lives
 * @returns {Victim}
 */
export function redisVictim(redis, beforeKill) {
  return {
    async harm(action) {
      const server = redis.current();
      if (server.process.exitCode !== null || server.process.signalCode !== null) {
        throw new Failure('Redis has ended by itself. Its last lines:', server.log());
      }
      if (action === 'freeze') server.freeze();
      else {
        await beforeKill();
        await server.kill();
      }
      return null;
    },
    async heal(action) {
      if (action === 'freeze') redis.current().thaw();
      else await redis.restart();
    },
  };
}
