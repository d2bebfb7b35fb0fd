import { cpuUs, now } from './clock.js';
import type { ResourceUsage } from './messages.js';

/**
 * Begins to measure the resources that this process uses.
 *
 * @param commands returns how many commands were sent so far
 * @returns a function that returns what was used since then
 */
export function startMeter(commands: () => number): () => ResourceUsage {
  const before = { at: now(), cpu: cpuUs(), commands: commands() };
  return () => ({ ms: now() - before.at, cpuUs: cpuUs() - before.cpu, commands: commands() - before.commands });
}
