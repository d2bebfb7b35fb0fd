import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../failure.js';
import { urlOf, type PlannedApp } from './apps.js';

const PAUSE_MS = 200;
const ANSWER_DEADLINE_MS = 2000;

/**
 * Waits until an app is healthy.
 * @returns null as soon as it is; its last answer when the deadline has passed
 */
export async function waitUntilHealthy(
  app: PlannedApp,
  { deadlineMs }: { deadlineMs: number },
): Promise<string | null> {
  const endsAt = performance.now() + deadlineMs;
  for (;;) {
    const problem = await askHealth(app);
    if (problem === null || performance.now() >= endsAt) return problem;
    await sleep(PAUSE_MS);
  }
}

/**
 * Asks an app for its health once.
 * @param deadlineMs the deadline of the answer
 * @returns null if it is healthy, else what it answered
 */
export async function askHealth(
  app: Pick<PlannedApp, 'port'>,
  deadlineMs: number = ANSWER_DEADLINE_MS,
): Promise<string | null> {
  try {
    const response = await fetch(`${urlOf(app)}/health`, { signal: AbortSignal.timeout(deadlineMs) });
    const body = await response.text();
    return response.status === 200 ? null : `GET /health answered ${String(response.status)}: ${body.slice(0, 500)}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return `GET /health: ${messageOf(cause)}`;
  }
}
