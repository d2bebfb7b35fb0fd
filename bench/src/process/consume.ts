import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contestant, EventCounts } from '../contestants/contestant.js';
import { numberOf } from '../orders.js';
import { cpuUs, now } from './clock.js';
import { watchMemory } from './memory.js';
import type { Mark } from './messages.js';
import type { EndProfile } from './profile.js';
import type { RoleContext, ConsumeRole } from './settings.js';

/** How often progress is reported to the parent, and after how many events the counters are recorded. */
const REPORT_EVERY_MS = 20;
const MARK_EVERY = 1024;
/** The minimum of marks, for short runs. */
const MIN_MARKS = 16;

const SETTLE_DEADLINE_MS = 15_000;

/** Consumes until the parent says that all events are handled. Then waits until all are acknowledged, and sends its report. */
export async function consume({ contestant, settings, commands, parent }: RoleContext<ConsumeRole>): Promise<void> {
  const { url, warmUp, events, withEffects, warmAfter, profile } = settings;
  const total = warmUp + events;
  const markEvery = Math.min(MARK_EVERY, Math.ceil(events / MIN_MARKS));
  // Filled at once, so that their memory is allocated before the measurement.
  const times = new Uint8Array(total).fill(0);
  const arrivals = new Float64Array(total).fill(0);
  const marks: Mark[] = [];
  let count = 0;
  let lastAt = 0;
  let isWarm = false;
  let profiling: Promise<EndProfile> | undefined;
  // Loaded only for --profile, because its memory and time would count as the contestant's.
  const profiler = profile === undefined ? undefined : { profile, ...(await import('./profile.js')) };
  const memory = settings.watchMemory ? watchMemory(warmUp, total) : undefined;

  const mark = () => {
    marks.push({ count, at: lastAt, cpu: cpuUs(), commands: commands() });
  };
  parent.send('ready');
  await parent.receive('go');
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
  let reported = -1;
  const reporting = setInterval(() => {
    if (count !== reported) parent.send('progress', { count });
    reported = count;
  }, REPORT_EVERY_MS);
  parent.send('open');

  await parent.receive('finish');
  clearInterval(reporting);
  mark();
  const endProfile = await profiling;
  await endProfile?.(count - warmAfter);
  const settled = await waitUntilSettled(contestant, new Redis(url), withEffects, total);
  parent.send('report', { times, arrivals, marks, settled, memory: memory?.samples ?? [] });
  await parent.receive('exit');
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
