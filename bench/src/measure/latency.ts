import { now } from '../process/clock.js';
import { LATENCY_PER_SECOND } from '../scenarios.js';
import { percentilesOf } from '../statistics.js';
import { takeAccounts } from './accounts.js';
import type { Figures } from './figures.js';
import type { Ground } from './ground.js';

/** From now to the first event of the schedule. */
const LEAD_MS = 200;

export async function measureLatency({ task, start, progress }: Ground): Promise<Figures> {
  const { warmUp, events } = task;
  const total = warmUp + events;
  const worker = start({ role: 'consume', withEffects: false, warmAfter: warmUp, watchMemory: false });
  const publisher = start({ role: 'pace' });
  await Promise.all([worker.hear('ready'), publisher.hear('ready')]);
  progress.follow([worker]);
  worker.say('go');
  await worker.hear('open');
  const startAt = now() + LEAD_MS;
  publisher.say('pace', { startAt });
  await progress.reached(total);
  const accounts = await takeAccounts([worker], total, false);
  const latencies = accounts.map(({ arrivals }) =>
    arrivals.map((at, index) => at - startAt - (index * 1000) / LATENCY_PER_SECOND).subarray(warmUp),
  );
  return { latencyMs: percentilesOf(latencies[0] ?? new Float64Array()) };
}
