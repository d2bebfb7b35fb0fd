import { setTimeout as sleep } from 'node:timers/promises';
import { askHealth } from '../shop/health.js';
import { REDIS } from './schedule.js';
import type { PlannedApp } from '../shop/apps.js';

const LOOK_EVERY_MS = 50;
const DEADLINE_MS = 60_000;

/**
 * How long it took until an app was healthy again (for Redis: until all were); `disturbed` where another fault fell into that
 * time, which would then say nothing; `never` where it was not within 60 s.
 */
export type Recovery = number | 'disturbed' | 'never';

/** Measures recoveries while other things break. */
export function createRecoveryWatch(apps: readonly PlannedApp[]) {
  const away = new Set<string>();
  /** how many faults each has had */
  const faults = new Map<string, number>();

  /** Waits until an app is healthy, or something else has happened to it or to Redis. */
  const untilHealthy = async (app: PlannedApp, deadline: number): Promise<'healthy' | 'disturbed' | 'never'> => {
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

  const recoveryOfApp = async (app: PlannedApp, from: number): Promise<Recovery> => {
    const ending = await untilHealthy(app, from + DEADLINE_MS);
    return ending === 'healthy' ? performance.now() - from : ending;
  };

  /** Apps that are away for a reason of their own are not waited for. */
  const recoveryOfRedis = async (from: number): Promise<Recovery> => {
    const before = faults.get(REDIS);
    const endings = await Promise.all(apps.map((app) => untilHealthy(app, from + DEADLINE_MS)));
    if (faults.get(REDIS) !== before) return 'disturbed';
    return endings.includes('never') ? 'never' : performance.now() - from;
  };

  return {
    broken(target: string) {
      away.add(target);
      faults.set(target, (faults.get(target) ?? 0) + 1);
    },
    healed(target: string) {
      away.delete(target);
    },
    /**
     * To be asked as soon as the target is healed.
     * @param from when the healing began, as `performance.now()` tells it
     */
    recoveryOf(target: string, from: number): Promise<Recovery> {
      const app = apps.find(({ title }) => title === target);
      return app === undefined ? recoveryOfRedis(from) : recoveryOfApp(app, from);
    },
  };
}
