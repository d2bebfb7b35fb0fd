import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CACHE } from '../root.js';

const FILE = path.join(CACHE, 'shop.json');

/** Where `npm start` writes down what it runs, so that `npm run audit` finds it. */
export interface RunningShop {
  /** Of `npm start`. */
  readonly pid: number;
  readonly redisUrl: string;
  /** Of the keys in Redis. */
  readonly prefix: string;
  /** By the apps' titles. */
  readonly ports: Record<string, number>;
}

/** Writes down the shop that this process runs; only this user may read it, as the address may hold a password. */
export function announceShop(shop: Omit<RunningShop, 'pid'>) {
  mkdirSync(CACHE, { recursive: true });
  const draft = `${FILE}.${String(process.pid)}`;
  writeFileSync(draft, `${JSON.stringify({ pid: process.pid, ...shop }, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, FILE);
}

/** Removes what this process has written down; without waiting, as it may be the last that this process does. */
export function withdrawShop() {
  if (readShop()?.pid === process.pid) rmSync(FILE, { force: true });
}

/** The shop that runs now, or null: where `npm start` was killed, what it wrote down is of no use any more. */
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
