import { cpuUs, now } from './clock.js';
import type { Spent } from './messages.js';

/**
 * Begins to measure what this process uses.
 *
 * @param commands how many commands were sent so far
 * @returns what was used since then
 */
export function startMeter(commands: () => number): () => Spent {
  const before = { at: now(), cpu: cpuUs(), commands: commands() };
  return () => ({ ms: now() - before.at, cpuUs: cpuUs() - before.cpu, commands: commands() - before.commands });
}
