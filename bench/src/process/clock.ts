import { performance } from 'node:perf_hooks';

/**
 * From this process's `performance.now()` to the monotonic clock that all processes of the machine share. Time between
 * the two readings makes the difference too small, so the largest of several is the right one: with a single reading,
 * latencies were negative.
 */
const offset = Math.max(
  ...Array.from({ length: 100 }, () => Number(process.hrtime.bigint()) / 1e6 - performance.now()),
);

/** Milliseconds on the machine's monotonic clock, to the microsecond. */
export function now(): number {
  return performance.now() + offset;
}

/** CPU time of this process so far, all its threads, in microseconds. */
export function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
