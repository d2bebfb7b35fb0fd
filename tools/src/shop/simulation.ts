import { messageOf } from '../failure.js';
import { headersOf, type OperatorToken } from './operator-token.js';

const DEADLINE_MS = 10_000;

/**
 * Stops the simulated customers.
 * @param orderUrl the order service's URL
 * @returns the reason if it failed, else null
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
