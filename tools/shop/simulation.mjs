import { messageOf } from '../failure.mjs';
import { headersOf } from './operator-token.mjs';

const DEADLINE_MS = 10_000;

/**
 * Sends the simulated customers home.
 * @param {string} orderUrl of the order service
 * @param {import('./operator-token.mjs').OperatorToken} operatorToken
 * @returns {Promise<string | null>} why it did not work, or null where it did
 */
export async function stopSimulation(orderUrl, operatorToken) {
  try {
    const response = await fetch(`${orderUrl}/simulation/stop`, {
      method: 'POST',
      headers: headersOf(operatorToken),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    return response.ok ? null : `POST /simulation/stop answered ${String(response.status)}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return `POST /simulation/stop: ${messageOf(cause)}`;
  }
}
