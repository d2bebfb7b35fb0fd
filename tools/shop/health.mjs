import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../failure.mjs';
import { urlOf } from './apps.mjs';

const PAUSE_MS = 200;
const ANSWER_DEADLINE_MS = 2000;

/**
 * Waits until an app says that it is healthy.
 * @param {import('./apps.mjs').PlannedApp} app
 * @param {{ deadlineMs: number }} options
 * @returns {Promise<string | null>} null as soon as it is, else what it said last
 */
export async function waitUntilHealthy(app, { deadlineMs }) {
  const endsAt = performance.now() + deadlineMs;
  for (;;) {
    const problem = await askHealth(app);
    if (problem === null || performance.now() >= endsAt) return problem;
    await sleep(PAUSE_MS);
  }
}

/**
 * Asks an app for its health once.
 * @param {Pick<import('./apps.mjs').PlannedApp, 'port'>} app
 * @param {number} [deadlineMs] for its answer
 * @returns {Promise<string | null>} null where it is healthy, else what it said
 */
export async function askHealth(app, deadlineMs = ANSWER_DEADLINE_MS) {
  try {
    const response = await fetch(`${urlOf(app)}/health`, { signal: AbortSignal.timeout(deadlineMs) });
    const body = await response.text();
    return response.status === 200 ? null : `GET /health answered ${String(response.status)}: ${body.slice(0, 500)}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return `GET /health: ${messageOf(cause)}`;
  }
}
