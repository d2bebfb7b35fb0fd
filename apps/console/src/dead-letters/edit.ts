import { Problem } from '../access/problem.js';
import type { DeadLetterActionRequest } from '../contract/dead-letters.js';
import { whyTooComplex } from '../streams/entry-summary.js';
import type { SelectedDeadLetters } from './selection.js';

type Edit = Pick<DeadLetterActionRequest, 'action' | 'data' | 'json'>;

/** Whether a request replays with another payload. */
export function isEdit({ data, json }: Pick<Edit, 'data' | 'json'>): boolean {
  return data !== undefined || json !== undefined;
}

/** @throws Problem if the new payload is invalid or too complex to be shown, or the request is not a replay of one dead letter that can be decoded */
export function checkEdit(request: Edit, { deadLetters, gone }: SelectedDeadLetters): void {
  checkPayload(request);
  if (request.action !== 'replay') throw new Problem('invalid', 'Expected data only with replay');
  if (deadLetters.length + gone !== 1) {
    throw new Problem('invalid', 'Expected data only with a single dead letter');
  }
  if (deadLetters[0]?.eventType === null) {
    throw new Problem('invalid', 'This dead letter cannot be decoded, so it cannot be edited; replay it unchanged');
  }
}

function checkPayload({ data, json }: Edit): void {
  if (json === undefined) return;
  const why = whyTooComplex(json);
  if (why !== undefined) throw new Problem('invalid', why);
  if (data !== undefined) throw new Problem('invalid', 'Expected data or json, got both');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new Problem('invalid', `Expected json as JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem('invalid', 'Expected json as a JSON object');
  }
}
