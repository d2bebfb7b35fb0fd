import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { askHealth } from '../shop/health.js';
import type { AppProcess } from '../shop/app-process.js';

const CHECK_EVERY_MS = 500;
const ANSWER_DEADLINE_MS = 10_000;
/** The processor time of each answer of the reference server, in milliseconds: long enough that a busy machine slows it. */
export const REFERENCE_CPU_MS = 20;

/** What was observed of an app. */
export interface Watched {
  readonly title: string;
  /** The slowest answer of /health. */
  slowestMs: number;
  /**
   * The slowest answer of /health, adjusted for other load of the machine: the time of each answer is divided by the factor by
   * which the reference server was too slow at the same moment.
   */
  adjustedMs: number;
  /** How often /health was requested. */
  checks: number;
  /** Answers of /health other than 200. */
  readonly unhealthyAnswers: string[];
  /** Peak memory (resident set size). */
  peakBytes: number;
}

/** Checks each app's health and memory again and again until `stop()`. */
export async function watchApps(processes: readonly AppProcess[]) {
  const reference = fork(new URL('reference-server.js', import.meta.url));
  const [port] = (await once(reference, 'message')) as [number];
  const stopping = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  const watched = processes.map(({ app: { title } }) => ({
    title,
    slowestMs: 0,
    adjustedMs: 0,
    checks: 0,
    unhealthyAnswers: [] as string[],
    peakBytes: 0,
  }));
  const watching = processes.map(async (each, index) => {
    const seen = watched[index] as Watched;
    while (!isStopping()) {
      const [{ problem, tookMs }, control] = await Promise.all([check(each.app), check({ port })]);
      if (isStopping()) return;
      seen.slowestMs = Math.max(seen.slowestMs, tookMs);
      seen.adjustedMs = Math.max(seen.adjustedMs, tookMs / Math.max(1, control.tookMs / REFERENCE_CPU_MS));
      seen.checks += 1;
      if (problem !== null) seen.unhealthyAnswers.push(problem);
      seen.peakBytes = Math.max(seen.peakBytes, await residentBytes(each.pid));
      await sleep(CHECK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  });
  return {
    async stop(): Promise<readonly Watched[]> {
      stopping.abort();
      await Promise.all(watching);
      if (reference.connected) reference.disconnect();
      return watched;
    },
  };
}

async function check(app: { port: number }) {
  const started = performance.now();
  const problem = await askHealth(app, ANSWER_DEADLINE_MS);
  return { problem, tookMs: performance.now() - started };
}

/** @returns 0 if there is no such process */
async function residentBytes(pid: number | undefined): Promise<number> {
  if (pid === undefined) return 0;
  const found = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => ({ stdout: '0' }));
  return Number(found.stdout.trim()) * 1024;
}
