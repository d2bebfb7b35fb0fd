import { performance } from 'node:perf_hooks';

/**
 * All processes of one machine have this clock in common; it does not jump. Whatever comes between the two looks makes the
 * difference smaller than it is, so the largest of several is the true one: after one alone, latencies were negative.
 */
const offset = Math.max(
  ...Array.from({ length: 100 }, () => Number(process.hrtime.bigint()) / 1e6 - performance.now()),
);

/** Milliseconds on the machine's monotonic clock, with microseconds behind the point. */
export function now() {
  return performance.now() + offset;
}

/** CPU time of this process so far, all its threads, in microseconds. */
export function cpuUs() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
