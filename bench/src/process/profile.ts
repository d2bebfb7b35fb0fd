import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { profileSummary } from './profile-summary.js';
import { cpuUs } from './clock.js';

const SAMPLE_EVERY_US = 200;

/** Ends a profile and writes it. @param events how many were handled meanwhile */
export type EndProfile = (events: number) => Promise<void>;

/**
 * Takes a CPU profile of what follows: a `.cpuprofile` for Chrome's DevTools or VS Code, and a summary beside it.
 *
 * @param file without its ending
 */
export async function startProfile(file: string): Promise<EndProfile> {
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
