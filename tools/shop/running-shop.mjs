import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CACHE } from '../root.mjs';

const FILE = path.join(CACHE, 'shop.json');

/**
 * Where `npm start` writes down what it runs, so that `npm run audit` finds it.
 * @typedef {object} RunningShop
 * @property {number} pid of `npm start`
 * @property {string} redisUrl
 * @property {string} prefix of the keys in Redis
 * @property {Record<string, number>} ports by the apps' titles
 */

/**
 * Writes down the shop that this process runs; only this user may read it, as the address may hold a password.
 * @param {Omit<RunningShop, 'pid'>} shop
 */
export function announceShop(shop) {
  mkdirSync(CACHE, { recursive: true });
  const draft = `${FILE}.${String(process.pid)}`;
  writeFileSync(draft, `${JSON.stringify({ pid: process.pid, ...shop }, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, FILE);
}

/** Removes what this process has written down; without waiting, as it may be the last that this process does. */
export function withdrawShop() {
  if (readShop()?.pid === process.pid) rmSync(FILE, { force: true });
}

/**
 * The shop that runs now, or null: where `npm start` was killed, what it wrote down is of no use any more.
 * @returns {RunningShop | null}
 */
export function findRunningShop() {
  const shop = readShop();
  return shop !== null && isAlive(shop.pid) ? shop : null;
}

/** @returns {RunningShop | null} */
function readShop() {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8'));
  } catch {
    return null;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
