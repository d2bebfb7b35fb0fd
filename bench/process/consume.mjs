import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { numberOf } from '../orders.mjs';
import { cpuUs, now } from './clock.mjs';
import { createMemoryWatch } from './memory.mjs';
import { startProfile } from './profile.mjs';

/** How often the parent hears how far it is, and after how many events the counters are looked at. */
const TELL_EVERY_MS = 20;
const MARK_EVERY = 1024;
/** A trial run has few events. */
const LEAST_MARKS = 16;

const SETTLE_DEADLINE_MS = 15_000;

/**
 * How far a consumer was at one time: events, milliseconds of the machine's clock, microseconds of CPU, commands sent.
 * @typedef {{ count: number, at: number, cpu: number, commands: number }} Mark
 */

/**
 * Consumes until it is told that all is handled; then it waits until all is acknowledged, and gives account.
 * @param {import('./settings.mjs').Role} role
 */
export async function consume({ contestant, settings, commands, talk }) {
  const { url, warmUp, events, withEffects = false, warmAfter = warmUp, watchMemory = false, profile } = settings;
  const total = warmUp + events;
  const markEvery = Math.min(MARK_EVERY, Math.ceil(events / LEAST_MARKS));
  // Written to at once, so that their memory does not seem to grow with the events.
  const times = new Uint8Array(total).fill(0);
  const arrivals = new Float64Array(total).fill(0);
  /** @type {Mark[]} */
  const marks = [];
  let count = 0;
  let lastAt = 0;
  let isWarm = false;
  /** @type {Promise<(events: number) => Promise<void>> | undefined} */
  let profiling;
  const memory = watchMemory ? createMemoryWatch(warmUp, total) : undefined;

  const mark = () => {
    marks.push({ count, at: lastAt, cpu: cpuUs(), commands: commands() });
  };
  talk.say('ready');
  await talk.hear('go');
  const consumer = await contestant.openConsumer(url, {
    withEffects,
    handle(order) {
      const number = numberOf(order);
      times[number] = (times[number] ?? 0) + 1;
      lastAt = now();
      arrivals[number] = lastAt;
      count += 1;
      if (!isWarm && count >= warmAfter) {
        isWarm = true;
        if (profile !== undefined) profiling = startProfile(profile);
        mark();
      } else if (count % markEvery === 0 && !watchMemory) {
        mark();
      }
      memory?.handled(count);
    },
  });
  let told = -1;
  const teller = setInterval(() => {
    if (count !== told) talk.say('progress', { count, at: now() });
    told = count;
  }, TELL_EVERY_MS);
  talk.say('open');

  await talk.hear('finish');
  clearInterval(teller);
  mark();
  await (
    await profiling
  )?.(count - warmAfter);
  const redis = new Redis(url);
  const settled = await waitUntilSettled(contestant, redis, withEffects, total);
  talk.say('account', { times, arrivals, marks, settled, memory: memory?.samples });
  await talk.hear('leave');
  await consumer.close();
}

/**
 * @param {import('../contestants/contestant.mjs').Contestant} contestant
 * @param {Redis} redis
 * @param {boolean} withEffects
 * @param {number} total
 */
async function waitUntilSettled(contestant, redis, withEffects, total) {
  const deadline = now() + SETTLE_DEADLINE_MS;
  for (;;) {
    const settled = await contestant.settled(redis, withEffects);
    if (now() > deadline || Object.values(settled).every((events) => events === total)) return settled;
    await sleep(20);
  }
}
