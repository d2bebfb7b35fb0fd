import { loadContestant } from '../contestants/all.js';
import type { ConsumeScenario } from '../scenarios.js';
import { takeAccounts } from './accounts.js';
import { fillBacklog } from './backlog.js';
import { checkCommands } from './correctness.js';
import { serverFigures, type Figures } from './figures.js';
import type { Ground } from './ground.js';
import { span, timeAt, valueAt } from './marks.js';

/** What the server did for fewer events says nothing of how it does it. */
const FEWEST_TO_JUDGE = 1000;

export async function measureConsume(scenario: ConsumeScenario, ground: Ground): Promise<Figures> {
  const { withEffects } = scenario;
  const { task, server, progress } = ground;
  const { warmUp, events } = task;
  const total = warmUp + events;
  const { keepsNothing = false } = await loadContestant(task.contestant);
  if (!keepsNothing) await fillBacklog(ground);
  const workers = await openWorkers(scenario, ground);
  const filling = keepsNothing ? fillBacklog(ground) : undefined;
  await progress.reached(warmUp);
  const before = await server.look();
  await progress.reached(total);
  const after = await server.look();
  await filling;

  const marks = (await takeAccounts(workers, total, withEffects)).map((account) => account.marks);
  // From when all workers are warm to the last event.
  const startAt = Math.max(...marks.map((own) => own[0]?.at ?? 0), timeAt(marks, warmUp));
  const { count, ms, cpu, commands } = span(marks, startAt);
  const seenByServer = valueAt(marks, after.at, 'count') - valueAt(marks, before.at, 'count');
  // A few events, as in a trial run, may all have passed between two looks at the server.
  if (seenByServer >= FEWEST_TO_JUDGE) {
    checkCommands((after.scriptsAndReads - before.scriptsAndReads) / seenByServer, commands / count, 0.1);
  }
  return {
    ms,
    perSecond: (1000 * count) / ms,
    clientCpuUs: cpu / count,
    commands: commands / count,
    // Of a server that is fed meanwhile, nobody can tell what it does for whom.
    ...(keepsNothing ? {} : serverFigures(before, after, seenByServer)),
  };
}

async function openWorkers({ workers: number, withEffects }: ConsumeScenario, { task, start, progress }: Ground) {
  const warmAfter = Math.ceil(task.warmUp / 2 / number);
  const workers = Array.from({ length: number }, (_, index) => {
    const profile = index === 0 ? task.profile : undefined;
    return start({ role: 'consume', withEffects, warmAfter, watchMemory: false, profile });
  });
  await Promise.all(workers.map((worker) => worker.hear('ready')));
  progress.follow(workers);
  for (const worker of workers) worker.say('go');
  await Promise.all(workers.map((worker) => worker.hear('open')));
  return workers;
}
