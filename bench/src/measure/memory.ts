import { collectReports } from './consumer-reports.js';
import { fillBacklog } from './backlog.js';
import type { Figures } from './figures.js';
import type { MeasurementContext } from './context.js';

export async function measureMemory(context: MeasurementContext): Promise<Figures> {
  const { task, server, start, progress } = context;
  const { warmUp, events } = task;
  const total = warmUp + events;
  const empty = await server.stats();
  await fillBacklog(context);
  const full = await server.stats();
  const worker = start({ role: 'consume', withEffects: false, warmAfter: warmUp, watchMemory: true });
  await worker.receive('ready');
  progress.follow([worker]);
  worker.send('go');
  await progress.reached(total);
  const [report] = await collectReports([worker], total, false);
  return { memory: report?.memory ?? [], serverBytes: (full.memory - empty.memory) / total };
}
