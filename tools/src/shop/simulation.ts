import { messageOf } from '../failure.js';
import { headersOf, type OperatorToken } from './operator-token.js';

const DEADLINE_MS = 10_000;

/**
 * Sends the simulated customers home.
 * @param orderUrl of the order service
 * @returns why it did not work, or null where it did
 */
export async function stopSimulation(orderUrl: string, operatorToken: OperatorToken): Promise<string | null> {
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
