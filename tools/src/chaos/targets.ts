import { Failure } from '../failure.js';
import type { Action } from './schedule.js';
import type { AppProcess } from '../shop/app-process.js';
import type { RestartableRedis } from '../redis/restartable.js';
import { formatSeconds } from '../terminal/duration.js';

/** Longer than SHUTDOWN_TIMEOUT_MS of the apps, in which they finish what is in flight. */
const STOP_DEADLINE_MS = 12_000;

/** An app or a Redis server into which faults can be injected. */
export interface FaultTarget {
  /** Injects a fault. Resolves when that is done: with null, or with a short text about what was different from the plan. */
  readonly inject: (action: Action) => Promise<string | null>;
  /** Ends the fault: starts or continues the process. */
  readonly heal: (action: Action) => Promise<void>;
}

export function appTarget(app: AppProcess): FaultTarget {
  return {
    async inject(action) {
      const found = app.isRunning ? null : 'was not running: it is about to be restarted';
      switch (action) {
        case 'kill':
          await app.kill();
          return found;
        case 'freeze':
          app.signal('SIGSTOP');
          return found;
        case 'stop':
          if (await app.stop(STOP_DEADLINE_MS)) return found;
          return `did not stop within ${formatSeconds(STOP_DEADLINE_MS)} and was killed`;
      }
    },
    heal(action) {
      if (action === 'freeze') app.signal('SIGCONT');
      else app.start();
      return Promise.resolve();
    },
  };
}

/** @param beforeKill reads what the server forgets when it is killed */
export function redisTarget(redis: RestartableRedis, beforeKill: () => Promise<void>): FaultTarget {
  return {
    async inject(action) {
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
