import type { PublishScenario } from '../scenarios.js';
import { checkAll, checkCommands } from './correctness.js';
import { serverFigures, type Figures } from './figures.js';
import type { Ground } from './ground.js';

export async function measurePublish({ mode }: PublishScenario, { task, start, server }: Ground): Promise<Figures> {
  const { warmUp, events, profile } = task;
  const child = start({ role: 'publish', mode, profile });
  await child.hear('warm');
  const before = await server.look();
  child.say('go');
  const { ms, cpuUs, commands } = await child.hear('spent');
  const after = await server.look();
  child.say('check');
  const { stored } = await child.hear('checked');
  checkAll(stored, warmUp + events);
  checkCommands(after.scriptsAndReads - before.scriptsAndReads, commands);
  return {
    ms,
    perSecond: (1000 * events) / ms,
    clientCpuUs: cpuUs / events,
    commands: commands / events,
    ...serverFigures(before, after, events),
  };
}
