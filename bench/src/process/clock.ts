import { performance } from 'node:perf_hooks';

/**
 * The offset of the machine's monotonic clock, which all processes share, to this process's `performance.now()`. The time between the two
 * readings makes the difference too small, so the largest of several differences is used. With a single one, latencies were negative.
 */
const offset = Math.max(
  ...Array.from({ length: 100 }, () => Number(process.hrtime.bigint()) / 1e6 - performance.now()),
);

/** Milliseconds on the machine's monotonic clock, with the precision of a microsecond. */
export function now(): number {
  return performance.now() + offset;
}

/** The CPU time of this process so far, of all its threads, in microseconds. */
export function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
