import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CACHE } from '../root.js';

const FILE = path.join(CACHE, 'shop.json');

/** The shop that `npm start` runs. It is recorded in a file, so that `npm run audit` finds it. */
export interface RunningShop {
  /** The process id of `npm start`. */
  readonly pid: number;
  readonly redisUrl: string;
  /** The prefix of the keys in Redis. */
  readonly prefix: string;
  /** By the apps' titles. */
  readonly ports: Record<string, number>;
}

/** Records the shop that this process runs. Only this user may read the file, because the URL may hold a password. */
export function recordRunningShop(shop: Omit<RunningShop, 'pid'>) {
  mkdirSync(CACHE, { recursive: true });
  const draft = `${FILE}.${String(process.pid)}`;
  writeFileSync(draft, `${JSON.stringify({ pid: process.pid, ...shop }, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, FILE);
}

/** Removes the record of this process. Synchronous, because the process may exit right after it. */
export function removeRunningShop() {
  if (readShop()?.pid === process.pid) rmSync(FILE, { force: true });
}

/** The shop that is running, or null. A record of a process that was killed does not count. */
export function findRunningShop(): RunningShop | null {
  const shop = readShop();
  return shop !== null && isAlive(shop.pid) ? shop : null;
}

function readShop(): RunningShop | null {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as RunningShop;
  } catch {
    return null;
  }
}

function isAlive(pid: number) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
