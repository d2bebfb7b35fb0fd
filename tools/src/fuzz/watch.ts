import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { askHealth } from '../shop/health.js';
import type { AppProcess } from '../shop/app-process.js';

const LOOK_EVERY_MS = 500;
const ANSWER_DEADLINE_MS = 10_000;
/** What the plain server computes for each answer, in milliseconds of processor time: enough to be cut into slices. */
export const BURNT_MS = 20;

/** What was seen of an app. */
export interface Watched {
  readonly title: string;
  /** The slowest answer of /health. */
  slowestMs: number;
  /** The slowest one in the app's own time: what it took, by how much longer than it should a plain server's answer took at the same moment. A machine that is busy with something else is not the app's fault. */
  ownMs: number;
  looks: number;
  /** Answers of /health other than 200. */
  readonly complaints: string[];
  /** Of memory (resident set) */
  peakBytes: number;
}

/** Looks at each app's health and memory until it is told to stop. */
export async function watchApps(processes: readonly AppProcess[]) {
  const plain = fork(new URL('plain-server.js', import.meta.url));
  const [port] = (await once(plain, 'message')) as [number];
  const until = new AbortController();
  const isOver = () => until.signal.aborted;
  const watched = processes.map(({ app: { title } }) => ({
    title,
    slowestMs: 0,
    ownMs: 0,
    looks: 0,
    complaints: [] as string[],
    peakBytes: 0,
  }));
  const watching = processes.map(async (each, index) => {
    const seen = watched[index] as Watched;
    while (!isOver()) {
      const [{ problem, tookMs }, control] = await Promise.all([look(each.app), look({ port })]);
      if (isOver()) return;
      seen.slowestMs = Math.max(seen.slowestMs, tookMs);
      seen.ownMs = Math.max(seen.ownMs, tookMs / Math.max(1, control.tookMs / BURNT_MS));
      seen.looks += 1;
      if (problem !== null) seen.complaints.push(problem);
      seen.peakBytes = Math.max(seen.peakBytes, await residentBytes(each.pid()));
      await sleep(LOOK_EVERY_MS, undefined, { signal: until.signal }).catch(() => undefined);
    }
  });
  return {
    async stop(): Promise<readonly Watched[]> {
      until.abort();
      await Promise.all(watching);
      if (plain.connected) plain.disconnect();
      return watched;
    },
  };
}

async function look(app: { port: number }) {
  const started = performance.now();
  const problem = await askHealth(app, ANSWER_DEADLINE_MS);
  return { problem, tookMs: performance.now() - started };
}

/** @returns 0 where there is no such process */
async function residentBytes(pid: number | undefined): Promise<number> {
  if (pid === undefined) return 0;
  const found = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => ({ stdout: '0' }));
  return Number(found.stdout.trim()) * 1024;
}
