import { createDeck } from './deck.js';
import { createRandom, type Random } from '../trial/random.js';

/** How the schedule calls the Redis server. */
export const REDIS = 'redis';

/** Before the first fault, customers have come and work is under way. */
const QUIET_START_MS = 2000;

/** From one fault to the next, on average; in a short run Redis has its turn all the same. */
const APP_PAUSE_MS = 5000;
const REDIS_PAUSE_MS = 25_000;
const REDIS_FAULTS_AT_LEAST = 3;

/** How long a victim is left alone after a fault, so that it can be seen to recover: a start takes a few seconds. */
const REST_MS = 5000;

/** What an app that is stopped may need for it, beside the time it is away. */
const STOPPING_MS = 2000;

export type Action = 'kill' | 'freeze' | 'stop';

export interface Fault {
  /** When it begins, in milliseconds after the start. */
  readonly atMs: number;
  /** The title of an app, or `redis`. */
  readonly target: string;
  readonly action: Action;
  /** How long the target is away: dead, frozen or stopped. */
  readonly forMs: number;
}

interface PlanFaultsOptions {
  readonly seed: number;
  readonly durationMs: number;
  /** Titles. */
  readonly apps: readonly string[];
  /** After how long an app's work is taken over; some are frozen for longer. */
  readonly claimAfterMs: number;
}

/**
 * Plans what breaks when: a pure function of its arguments. One target has one fault at a time, apps and Redis may be away
 * together, and all is healed when the time is over.
 * @returns in the order of time
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
  /** With the range of their times. */
  readonly kinds: readonly { action: Action; from: number; to: number }[];
}

function planFor(targets: readonly string[], { random, durationMs, pauseMs, kinds }: PlanForOptions) {
  const dealTarget = createDeck(targets, random);
  const dealKind = createDeck(kinds, random);
  /** until when each is away or left alone */
  const busyUntil = new Map<string, number>();
  const faults: Fault[] = [];
  let atMs = QUIET_START_MS;
  for (;;) {
    atMs += random.between(0.5, 1.5) * pauseMs;
    if (atMs >= durationMs) return faults;
    const target = dealTarget((title) => (busyUntil.get(title) ?? 0) <= atMs);
    const kind = dealKind(({ from }) => atMs + from <= durationMs);
    if (target === undefined || kind === undefined) continue;
    const { action, from, to } = kind;
    const forMs = random.between(from, Math.min(to, durationMs - atMs));
    faults.push({ atMs: Math.round(atMs), target, action, forMs: Math.floor(forMs) });
    busyUntil.set(target, atMs + forMs + (action === 'stop' ? STOPPING_MS : 0) + REST_MS);
  }
}
