import { Failure } from '../failure.js';
import type { Action } from './schedule.js';
import type { AppProcess } from '../shop/app-process.js';
import type { RestartableRedis } from '../redis/restartable.js';

/** Longer than SHUTDOWN_TIMEOUT_MS of the apps, in which they finish what they are doing. */
const STOP_DEADLINE_MS = 12_000;

/** Something that can be broken and healed. */
export interface Victim {
  /** Resolves when the harm is done: with null, or in a few words with what went differently. */
  readonly harm: (action: Action) => Promise<string | null>;
  /** Starts or thaws it. */
  readonly heal: (action: Action) => Promise<void>;
}

export function appVictim(app: AppProcess): Victim {
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
    heal(action) {
      if (action === 'freeze') app.signal('SIGCONT');
      else app.start();
      return Promise.resolve();
    },
  };
}

/** @param beforeKill what has to be asked for as long as it lives */
export function redisVictim(redis: RestartableRedis, beforeKill: () => Promise<void>): Victim {
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
