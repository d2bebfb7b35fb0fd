import { createFairPicker } from './fair-picker.js';
import { createRandom, type Random } from '../trial/random.js';

/** The name of the Redis server as a target. */
export const REDIS = 'redis';

/** How long the shop runs before the first fault, so that events are in flight by then. */
const QUIET_START_MS = 2000;

/** The mean time from one fault to the next. A short run has some faults of Redis, too (`REDIS_FAULTS_AT_LEAST`). */
const APP_PAUSE_MS = 5000;
const REDIS_PAUSE_MS = 25_000;
const REDIS_FAULTS_AT_LEAST = 3;

/** The time without a fault that a target has after each one, so that its recovery can be measured: a start takes seconds. */
const REST_MS = 5000;

/** How long an app may take to stop, before the time that it is away. */
const STOPPING_MS = 2000;

export type Action = 'kill' | 'freeze' | 'stop';

export interface Fault {
  /** When it begins, in milliseconds from the start of the run. */
  readonly atMs: number;
  /** The title of an app, or `redis`. */
  readonly target: string;
  readonly action: Action;
  /** How long the target is away: killed, frozen or stopped. */
  readonly forMs: number;
}

interface PlanFaultsOptions {
  readonly seed: number;
  readonly durationMs: number;
  /** The titles of the apps. */
  readonly apps: readonly string[];
  /** EVENTS_CLAIM_AFTER_MS of the apps. Some freezes last longer. */
  readonly claimAfterMs: number;
}

/**
 * Plans the faults. Pure. A target has one fault at a time, apps and Redis may be away at the same time, and every fault ends
 * before the run does.
 * @returns the faults in the order of their times
 */
export function planFaults({ seed, durationMs, apps, claimAfterMs }: PlanFaultsOptions): Fault[] {
  const ofApps = planFor(apps, {
    random: createRandom(seed, 'apps'),
    durationMs,
    pauseMs: APP_PAUSE_MS,
    kinds: [
      { action: 'kill', from: 200, to: 3000 },
      { action: 'freeze', from: 0.1 * claimAfterMs, to: 0.9 * claimAfterMs },
      { action: 'freeze', from: 1.2 * claimAfterMs, to: 2.5 * claimAfterMs },
      { action: 'stop', from: 200, to: 3000 },
    ],
  });
  const ofRedis = planFor([REDIS], {
    random: createRandom(seed, REDIS),
    durationMs,
    pauseMs: Math.min(REDIS_PAUSE_MS, durationMs / REDIS_FAULTS_AT_LEAST),
    kinds: [
      { action: 'kill', from: 200, to: 5000 },
      { action: 'freeze', from: 500, to: 6000 },
    ],
  });
  return [...ofApps, ...ofRedis].sort((one, other) => one.atMs - other.atMs);
}

interface PlanForOptions {
  readonly random: Random;
  readonly durationMs: number;
  readonly pauseMs: number;
  /** Each with the range of `forMs`. */
  readonly kinds: readonly { action: Action; from: number; to: number }[];
}

function planFor(targets: readonly string[], { random, durationMs, pauseMs, kinds }: PlanForOptions) {
  const pickTarget = createFairPicker(targets, random);
  const pickKind = createFairPicker(kinds, random);
  /** Until when each target must have no further fault. */
  const busyUntil = new Map<string, number>();
  const faults: Fault[] = [];
  let atMs = QUIET_START_MS;
  for (;;) {
    atMs += random.between(0.5, 1.5) * pauseMs;
    if (atMs >= durationMs) return faults;
    const target = pickTarget((title) => (busyUntil.get(title) ?? 0) <= atMs);
    const kind = pickKind(({ from }) => atMs + from <= durationMs);
    if (target === undefined || kind === undefined) continue;
    const { action, from, to } = kind;
    const forMs = random.between(from, Math.min(to, durationMs - atMs));
    faults.push({ atMs: Math.round(atMs), target, action, forMs: Math.floor(forMs) });
    busyUntil.set(target, atMs + forMs + (action === 'stop' ? STOPPING_MS : 0) + REST_MS);
  }
}
