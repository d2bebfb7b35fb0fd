import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { profileSummary } from '../report/profile-summary.mjs';
import { cpuUs } from './clock.mjs';

const SAMPLE_EVERY_US = 200;

/**
 * Takes a CPU profile of what follows: a `.cpuprofile` for Chrome's DevTools or VS Code, and a summary beside it.
 * @param {string} file without its ending
 * @returns {Promise<(events: number) => Promise<void>>} ends it; takes how many events went through meanwhile
 */
export async function startProfile(file) {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US });
  await session.post('Profiler.start');
  const cpuBefore = cpuUs();
  return async (events) => {
    const spentUs = cpuUs() - cpuBefore;
    const { profile } = await session.post('Profiler.stop');
    await writeFile(`${file}.cpuprofile`, JSON.stringify(profile));
    await writeFile(`${file}.txt`, profileSummary(profile, events, spentUs));
  };
}
