import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contestant, EventCounts } from '../contestants/contestant.js';
import { numberOf } from '../orders.js';
import { cpuUs, now } from './clock.js';
import { watchMemory } from './memory.js';
import type { Mark } from './messages.js';
import type { EndProfile } from './profile.js';
import type { Bench, ConsumeRole } from './settings.js';

/** How often the parent hears how far it is, and after how many events the counters are looked at. */
const TELL_EVERY_MS = 20;
const MARK_EVERY = 1024;
/** A trial run has few events. */
const LEAST_MARKS = 16;

const SETTLE_DEADLINE_MS = 15_000;

/** Consumes until it is told that all is handled; then it waits until all is acknowledged, and sends its account. */
export async function consume({ contestant, settings, commands, parent }: Bench<ConsumeRole>): Promise<void> {
  const { url, warmUp, events, withEffects, warmAfter, profile } = settings;
  const total = warmUp + events;
  const markEvery = Math.min(MARK_EVERY, Math.ceil(events / LEAST_MARKS));
  // Written to at once, so that their memory does not seem to grow with the events.
  const times = new Uint8Array(total).fill(0);
  const arrivals = new Float64Array(total).fill(0);
  const marks: Mark[] = [];
  let count = 0;
  let lastAt = 0;
  let isWarm = false;
  let profiling: Promise<EndProfile> | undefined;
  // Loaded only where it is asked for: its memory and its time are not the contestant's.
  const profiler = profile === undefined ? undefined : { profile, ...(await import('./profile.js')) };
  const memory = settings.watchMemory ? watchMemory(warmUp, total) : undefined;

  const mark = () => {
    marks.push({ count, at: lastAt, cpu: cpuUs(), commands: commands() });
  };
  parent.say('ready');
  await parent.hear('go');
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
        profiling = profiler?.startProfile(profiler.profile);
        mark();
      } else if (count % markEvery === 0 && !memory) {
        mark();
      }
      memory?.handled(count);
    },
  });
  let told = -1;
  const teller = setInterval(() => {
    if (count !== told) parent.say('progress', { count });
    told = count;
  }, TELL_EVERY_MS);
  parent.say('open');

  await parent.hear('finish');
  clearInterval(teller);
  mark();
  const endProfile = await profiling;
  await endProfile?.(count - warmAfter);
  const settled = await waitUntilSettled(contestant, new Redis(url), withEffects, total);
  parent.say('account', { times, arrivals, marks, settled, memory: memory?.samples ?? [] });
  await parent.hear('leave');
  await consumer.close();
}

async function waitUntilSettled(
  contestant: Contestant,
  redis: Redis,
  withEffects: boolean,
  total: number,
): Promise<EventCounts> {
  const deadline = now() + SETTLE_DEADLINE_MS;
  for (;;) {
    const settled = await contestant.settled(redis, withEffects);
    if (now() > deadline || Object.values(settled).every((events) => events === total)) return settled;
    await sleep(20);
  }
}
