import { setTimeout as sleep } from 'node:timers/promises';
import { askHealth } from '../shop/health.mjs';
import { REDIS } from './schedule.mjs';

const LOOK_EVERY_MS = 50;
const DEADLINE_MS = 60_000;

/**
 * How long it took until an app was healthy again (for Redis: until all were); `disturbed` where another fault fell into that
 * time, which would then say nothing; `never` where it was not within 60 s.
 * @typedef {number | 'disturbed' | 'never'} Recovery
 */

/** @typedef {import('../shop/apps.mjs').PlannedApp} PlannedApp */

/**
 * Measures recoveries while other things break.
 * @param {readonly PlannedApp[]} apps
 */
export function createRecoveryWatch(apps) {
  /** @type {Set<string>} */
  const away = new Set();
  /** @type {Map<string, number>} how many faults each has had */
  const faults = new Map();

  /**
   * Waits until an app is healthy, or something else has happened to it or to Redis.
   * @param {PlannedApp} app
   * @param {number} deadline
   * @returns {Promise<'healthy' | 'disturbed' | 'never'>}
   */
  const untilHealthy = async (app, deadline) => {
    const faultsSoFar = () => (faults.get(app.title) ?? 0) + (faults.get(REDIS) ?? 0);
    const before = faultsSoFar();
    if (away.has(app.title) || away.has(REDIS)) return 'disturbed';
    for (;;) {
      const isHealthy = (await askHealth(app)) === null;
      if (faultsSoFar() !== before) return 'disturbed';
      if (isHealthy) return 'healthy';
      if (performance.now() > deadline) return 'never';
      await sleep(LOOK_EVERY_MS);
    }
  };

  /**
   * @param {PlannedApp} app
   * @param {number} from
   * @returns {Promise<Recovery>}
   */
  const recoveryOfApp = async (app, from) => {
    const ending = await untilHealthy(app, from + DEADLINE_MS);
    return ending === 'healthy' ? performance.now() - from : ending;
  };

  /**
   * Apps that are away for a reason of their own are not waited for.
   * @param {number} from
   * @returns {Promise<Recovery>}
   */
  const recoveryOfRedis = async (from) => {
    const before = faults.get(REDIS);
    const endings = await Promise.all(apps.map((app) => untilHealthy(app, from + DEADLINE_MS)));
    if (faults.get(REDIS) !== before) return 'disturbed';
    return endings.includes('never') ? 'never' : performance.now() - from;
  };

  return {
    /** @param {string} target */
    broken(target) {
      away.add(target);
      faults.set(target, (faults.get(target) ?? 0) + 1);
    },
    /** @param {string} target */
    healed(target) {
      away.delete(target);
    },
    /**
     * To be asked as soon as the target is healed.
     * @param {string} target
     * @param {number} from when the healing began, as `performance.now()` tells it
     * @returns {Promise<Recovery>}
     */
    recoveryOf(target, from) {
      const app = apps.find(({ title }) => title === target);
      return app === undefined ? recoveryOfRedis(from) : recoveryOfApp(app, from);
    },
  };
}
