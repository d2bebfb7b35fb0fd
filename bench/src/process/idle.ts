import { startMeter } from './meter.js';
import type { Bench, IdleRole } from './settings.js';

/** Opens workers that have nothing to do, and tells what they have spent between "go" and "stop". */
export async function idle({ contestant, settings, commands, parent }: Bench<IdleRole>): Promise<void> {
  const { url, workers, streams } = settings;
  if (contestant.openIdle === undefined) throw new Error('This contestant has no idle workers.');
  for (let worker = 0; worker < workers; worker += 1) await contestant.openIdle(url, streams);
  parent.say('ready');
  await parent.hear('go');
  const spent = startMeter(commands);
  parent.say('open');
  await parent.hear('stop');
  parent.say('spent', spent());
  await parent.hear('leave');
}
