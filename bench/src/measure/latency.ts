import { now } from '../process/clock.js';
import { LATENCY_PER_SECOND } from '../scenarios.js';
import { percentilesOf } from '../statistics.js';
import { collectReports } from './consumer-reports.js';
import type { Figures } from './figures.js';
import type { MeasurementContext } from './context.js';

/** The time from now to the first event of the schedule. */
const LEAD_MS = 200;

export async function measureLatency({ task, start, progress }: MeasurementContext): Promise<Figures> {
  const { warmUp, events } = task;
  const total = warmUp + events;
  const worker = start({ role: 'consume', withEffects: false, warmAfter: warmUp, watchMemory: false });
  const publisher = start({ role: 'schedule' });
  await Promise.all([worker.receive('ready'), publisher.receive('ready')]);
  progress.follow([worker]);
  worker.send('go');
  await worker.receive('open');
  const startAt = now() + LEAD_MS;
  publisher.send('schedule', { startAt });
  await progress.reached(total);
  const reports = await collectReports([worker], total, false);
  const latencies = reports.map(({ arrivals }) =>
    arrivals.map((at, index) => at - startAt - (index * 1000) / LATENCY_PER_SECOND).subarray(warmUp),
  );
  return { latencyMs: percentilesOf(latencies[0] ?? new Float64Array()) };
}
