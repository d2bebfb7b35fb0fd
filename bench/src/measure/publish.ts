import type { PublishScenario } from '../scenarios.js';
import { checkCounts, checkCommands } from './correctness.js';
import { serverFigures, type Figures } from './figures.js';
import type { MeasurementContext } from './context.js';

export async function measurePublish(
  { mode }: PublishScenario,
  { task, start, server }: MeasurementContext,
): Promise<Figures> {
  const { warmUp, events, profile } = task;
  const child = start({ role: 'publish', mode, profile });
  await child.receive('warm');
  const before = await server.stats();
  child.send('go');
  const { ms, cpuUs, commands } = await child.receive('usage');
  const after = await server.stats();
  child.send('check');
  const { stored } = await child.receive('checked');
  checkCounts(stored, warmUp + events);
  checkCommands(after.scriptsAndReads - before.scriptsAndReads, commands);
  return {
    ms,
    perSecond: (1000 * events) / ms,
    clientCpuUs: cpuUs / events,
    commands: commands / events,
    ...serverFigures(before, after, events),
  };
}
