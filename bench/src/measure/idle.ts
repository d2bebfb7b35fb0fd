import { setTimeout as sleep } from 'node:timers/promises';
import { IDLE_STREAMS, type IdleScenario } from '../scenarios.js';
import { checkCommands } from './correctness.js';
import type { Figures } from './figures.js';
import type { MeasurementContext } from './context.js';

/** How long workers run before they are measured. */
const SETTLE_MS = 2000;

export async function measureIdle(
  { workers }: IdleScenario,
  { task, start, server }: MeasurementContext,
): Promise<Figures> {
  const seconds = task.events;
  const child = start({ role: 'idle', workers, streams: IDLE_STREAMS });
  await child.receive('ready');
  await Promise.race([sleep(SETTLE_MS), child.failed]);
  child.send('go');
  await child.receive('open');
  const before = await server.stats();
  await Promise.race([sleep(1000 * seconds), child.failed]);
  const after = await server.stats();
  child.send('stop');
  const { ms, cpuUs, commands } = await child.receive('usage');
  child.send('exit');
  checkCommands(after.scriptsAndReads - before.scriptsAndReads, commands);
  return {
    idleCommands: (1000 * commands) / ms,
    idleClientCpuMs: cpuUs / ms,
    idleServerCpuMs: (after.cpuUs - before.cpuUs) / (after.at - before.at),
  };
}
