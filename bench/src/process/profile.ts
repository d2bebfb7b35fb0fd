import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { profileSummary } from './profile-summary.js';
import { cpuUs } from './clock.js';

const SAMPLE_EVERY_US = 200;

/** Ends a profile and writes it. @param events how many events were handled during the profile */
export type EndProfile = (events: number) => Promise<void>;

/**
 * Starts a CPU profile. It is written as `.cpuprofile`, for Chrome's DevTools or VS Code, and as a summary (`.txt`).
 *
 * @param file the path without its extension
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
