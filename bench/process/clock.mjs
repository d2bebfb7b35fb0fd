import { performance } from 'node:perf_hooks';

/** All processes of one machine have this clock in common; it does not jump. */
const offset = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** Milliseconds on the machine's monotonic clock, with microseconds behind the point. */
export function now() {
  return performance.now() + offset;
}

/** CPU time of this process so far, all its threads, in microseconds. */
export function cpuUs() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
