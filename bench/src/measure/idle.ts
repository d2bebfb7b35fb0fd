import { setTimeout as sleep } from 'node:timers/promises';
import { IDLE_STREAMS, type IdleScenario } from '../scenarios.js';
import { checkCommands } from './correctness.js';
import type { Figures } from './figures.js';
import type { Ground } from './ground.js';

/** How long workers are left to themselves before they are looked at. */
const SETTLE_MS = 2000;

export async function measureIdle({ workers }: IdleScenario, { task, start, server }: Ground): Promise<Figures> {
  const seconds = task.events;
  const child = start({ role: 'idle', workers, streams: IDLE_STREAMS });
  await child.hear('ready');
  await Promise.race([sleep(SETTLE_MS), child.failed]);
  child.say('go');
  await child.hear('open');
  const before = await server.look();
  await Promise.race([sleep(1000 * seconds), child.failed]);
  const after = await server.look();
  child.say('stop');
  const { ms, cpuUs, commands } = await child.hear('spent');
  child.say('leave');
  checkCommands(after.scriptsAndReads - before.scriptsAndReads, commands);
  return {
    idleCommands: (1000 * commands) / ms,
    idleClientCpuMs: cpuUs / ms,
    idleServerCpuMs: (after.cpuUs - before.cpuUs) / (after.at - before.at),
  };
}
