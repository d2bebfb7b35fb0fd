import { loadContestant } from '../contestants/all.js';
import type { ConsumeScenario } from '../scenarios.js';
import { collectReports } from './consumer-reports.js';
import { fillBacklog } from './backlog.js';
import { checkCommands } from './correctness.js';
import { serverFigures, type Figures } from './figures.js';
import type { MeasurementContext } from './context.js';
import { span, timeAt, valueAt } from './marks.js';

/** The number of commands is checked only for this many events: with fewer, the ratio is not meaningful. */
const MIN_EVENTS_TO_CHECK = 1000;

export async function measureConsume(scenario: ConsumeScenario, context: MeasurementContext): Promise<Figures> {
  const { withEffects } = scenario;
  const { task, server, progress } = context;
  const { warmUp, events } = task;
  const total = warmUp + events;
  const { storesNothing = false } = await loadContestant(task.contestant);
  if (!storesNothing) await fillBacklog(context);
  const workers = await openWorkers(scenario, context);
  const filling = storesNothing ? fillBacklog(context) : undefined;
  await progress.reached(warmUp);
  const before = await server.stats();
  await progress.reached(total);
  const after = await server.stats();
  await filling;

  const marks = (await collectReports(workers, total, withEffects)).map((report) => report.marks);
  // The measured time begins when all workers are warm, and ends with the last event.
  const startAt = Math.max(...marks.map((own) => own[0]?.at ?? 0), timeAt(marks, warmUp));
  const { count, ms, cpu, commands } = span(marks, startAt);
  const seenByServer = valueAt(marks, after.at, 'count') - valueAt(marks, before.at, 'count');
  // In a short run, all events may have passed before the server's statistics were read.
  if (seenByServer >= MIN_EVENTS_TO_CHECK) {
    checkCommands((after.scriptsAndReads - before.scriptsAndReads) / seenByServer, commands / count, 0.1);
  }
  return {
    ms,
    perSecond: (1000 * count) / ms,
    clientCpuUs: cpu / count,
    commands: commands / count,
    // If the publisher runs at the same time, the server's work cannot be attributed to the consumer.
    ...(storesNothing ? {} : serverFigures(before, after, seenByServer)),
  };
}

async function openWorkers(
  { workers: number, withEffects }: ConsumeScenario,
  { task, start, progress }: MeasurementContext,
) {
  const warmAfter = Math.ceil(task.warmUp / 2 / number);
  const workers = Array.from({ length: number }, (_, index) => {
    const profile = index === 0 ? task.profile : undefined;
    return start({ role: 'consume', withEffects, warmAfter, watchMemory: false, profile });
  });
  await Promise.all(workers.map((worker) => worker.receive('ready')));
  progress.follow(workers);
  for (const worker of workers) worker.send('go');
  await Promise.all(workers.map((worker) => worker.receive('open')));
  return workers;
}
