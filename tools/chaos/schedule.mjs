import { createDeck } from './deck.mjs';
import { createRandom } from '../trial/random.mjs';

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

/** @typedef {'kill' | 'freeze' | 'stop'} Action */

/**
 * @typedef {object} Fault
 * @property {number} atMs when it begins, in milliseconds after the start
 * @property {string} target the title of an app, or `redis`
 * @property {Action} action
 * @property {number} forMs how long the target is away: dead, frozen or stopped
 */

/**
 * Plans what breaks when: a pure function of its arguments. One target has one fault at a time, apps and Redis may be away
 * together, and all is healed when the time is over.
 * @param {object} options
 * @param {number} options.seed
 * @param {number} options.durationMs
 * @param {readonly string[]} options.apps titles
 * @param {number} options.claimAfterMs after how long an app's work is taken over; some are frozen for longer
 * @returns {Fault[]} in the order of time
 */
export function planFaults({ seed, durationMs, apps, claimAfterMs }) {
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

/**
 * @param {readonly string[]} targets
 * @param {object} how
 * @param {import('../trial/random.mjs').Random} how.random
 * @param {number} how.durationMs
 * @param {number} how.pauseMs
 * @param {readonly { action: Action, from: number, to: number }[]} how.kinds with the range of their times
 */
function planFor(targets, { random, durationMs, pauseMs, kinds }) {
  const dealTarget = createDeck(targets, random);
  const dealKind = createDeck(kinds, random);
  /** @type {Map<string, number>} until when each is away or left alone */
  const busyUntil = new Map();
  /** @type {Fault[]} */
  const faults = [];
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
