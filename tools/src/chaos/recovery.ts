import { setTimeout as sleep } from 'node:timers/promises';
import { askHealth } from '../shop/health.js';
import { REDIS } from './schedule.js';
import type { PlannedApp } from '../shop/apps.js';

const CHECK_EVERY_MS = 50;
const DEADLINE_MS = 60_000;

/**
 * How long it took, in milliseconds, until an app was healthy again (for Redis: until all apps were). `disturbed` if another
 * fault began before that, because the time then says nothing; `never` if it was not healthy within 60 s.
 */
export type Recovery = number | 'disturbed' | 'never';

/** Measures how long apps and Redis take to recover, while other faults are injected. */
export function createRecoveryWatch(apps: readonly PlannedApp[]) {
  const away = new Set<string>();
  /** The number of faults of each target so far. */
  const faults = new Map<string, number>();

  /** Waits until an app is healthy, or until another fault of it or of Redis begins. */
  const untilHealthy = async (app: PlannedApp, deadline: number): Promise<'healthy' | 'disturbed' | 'never'> => {
    const faultsSoFar = () => (faults.get(app.title) ?? 0) + (faults.get(REDIS) ?? 0);
    const before = faultsSoFar();
    if (away.has(app.title) || away.has(REDIS)) return 'disturbed';
    for (;;) {
      const isHealthy = (await askHealth(app)) === null;
      if (faultsSoFar() !== before) return 'disturbed';
      if (isHealthy) return 'healthy';
      if (performance.now() > deadline) return 'never';
      await sleep(CHECK_EVERY_MS);
    }
  };

  const recoveryOfApp = async (app: PlannedApp, from: number): Promise<Recovery> => {
    const ending = await untilHealthy(app, from + DEADLINE_MS);
    return ending === 'healthy' ? performance.now() - from : ending;
  };

  /** Does not wait for apps that have a fault of their own. */
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
     * Must be called as soon as the target is healed.
     * @param from when the healing began, by `performance.now()`
     */
    recoveryOf(target: string, from: number): Promise<Recovery> {
      const app = apps.find(({ title }) => title === target);
      return app === undefined ? recoveryOfRedis(from) : recoveryOfApp(app, from);
    },
  };
}
