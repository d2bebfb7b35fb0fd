import type { Holding } from '../read/holdings.js';
import type { FailureNote } from '../settle/delivery-notes.js';
import type { DeadLetterReason } from '../settle/outcome.js';
import { layoutOf, type LaidOut } from '../stream/layouts.js';
import { pairs } from '../stream/pairs.js';
import { MOST_REPLAYABLE_VALUES } from '../stream/server-limits.js';
import { textOf } from '../thrown.js';

/** Before the names of the original entry's fields. */
export const ORIGINAL = 'entry.';
/** Where the original is as a whole: a JSON array of its fields, as they are, or in Base64 where one is not UTF-8. */
export const TEXTS = 'entry_json';
export const BASE64 = 'entry_base64';

/**
 * The fields of a dead letter: what happened, each under a name of its own, and then the original entry's fields as
 * they came, under `entry.`, so that even an entry that is no envelope stays whole. One of thousands of fields is under `entry_json`, as an array
 * (`entry_base64` where they are not UTF-8).
 */
export function deadLetterFields(
  holding: Holding,
  group: string,
  handler: string,
  reason: DeadLetterReason,
  error: Error,
  { failures, firstFailureMs, unended }: FailureNote,
  now: Date,
): LaidOut<string | Buffer> {
  const { name, message, stack } = textOf(error);
  const about: Record<string, string> = {
    stream: holding.origin?.stream ?? holding.stream,
    entry_id: holding.origin?.id ?? holding.entry.id,
    group,
    handler,
    reason,
    attempts: String(failures + unended.length),
    error_name: name,
    error_message: message,
    error_stack: stack,
    first_failed_at: (firstFailureMs > 0 ? new Date(firstFailureMs) : now).toISOString(),
    last_failed_at: now.toISOString(),
    ...(holding.origin ? { replays: String(holding.origin.replays) } : {}),
  };
  const { fields, bytes } = holding.entry;
  const original = bytes ?? fields ?? [];
  const names: (string | Buffer)[] = Object.keys(about);
  const values: (string | Buffer)[] = Object.values(about);
  if (original.length > MOST_REPLAYABLE_VALUES) {
    const [field, whole] = bytes
      ? [BASE64, JSON.stringify(bytes.map((field) => field.toString('base64')))]
      : [TEXTS, JSON.stringify(original)];
    return { layout: layoutOf([...names, field]), values: [...values, whole] };
  }
  for (const [field, value] of pairs<string | Buffer>(original)) {
    names.push(typeof field === 'string' ? ORIGINAL + field : Buffer.concat([Buffer.from(ORIGINAL), field]));
    values.push(value);
  }
  return { layout: layoutOf(names), values };
}
