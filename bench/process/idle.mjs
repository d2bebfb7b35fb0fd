import { cpuUs, now } from './clock.mjs';

/**
 * Opens workers that have nothing to do, and tells what they have spent between "go" and "stop".
 * @param {import('./settings.mjs').Role} role
 */
export async function idle({ contestant, settings, commands, talk }) {
  const { url, workers = 1, streams = 1 } = settings;
  if (contestant.openIdle === undefined) throw new Error('This contestant has no workers that wait.');
  for (let worker = 0; worker < workers; worker += 1) await contestant.openIdle(url, streams);
  talk.say('ready');
  await talk.hear('go');
  const [at, cpu, sent] = [now(), cpuUs(), commands()];
  talk.say('open');
  await talk.hear('stop');
  talk.say('done', { ms: now() - at, cpuUs: cpuUs() - cpu, commands: commands() - sent });
  await talk.hear('leave');
}
