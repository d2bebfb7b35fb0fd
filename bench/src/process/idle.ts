import { startMeter } from './meter.js';
import type { RoleContext, IdleRole } from './settings.js';

/** Opens idle workers, and reports what they have used between "go" and "stop". */
export async function idle({ contestant, settings, commands, parent }: RoleContext<IdleRole>): Promise<void> {
  const { url, workers, streams } = settings;
  if (contestant.openIdle === undefined) throw new Error('This contestant has no idle workers.');
  for (let worker = 0; worker < workers; worker += 1) await contestant.openIdle(url, streams);
  parent.send('ready');
  await parent.receive('go');
  const spent = startMeter(commands);
  parent.send('open');
  await parent.receive('stop');
  parent.send('usage', spent());
  await parent.receive('exit');
}
