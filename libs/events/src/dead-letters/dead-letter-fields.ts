import type { Holding } from '../read/holdings.js';
import type { FailureNote } from '../settle/delivery-notes.js';
import type { DeadLetterReason } from '../settle/outcome.js';
import { layoutOf, type LaidOut } from '../stream/layouts.js';
import { pairs } from '../stream/pairs.js';
import { MOST_REPLAYABLE_VALUES } from '../stream/server-limits.js';
import { textOf } from '../thrown.js';

/**
 * The fields of a dead letter: what happened, each under a name of its own, and then the original entry's fields as
 * they came, under `entry.`, so that even an entry that is no envelope stays whole. One of thousands of fields is under `entry_json`, as an array.
 */
export function deadLetterFields(
  holding: Holding,
  group: string,
  handler: string,
  reason: DeadLetterReason,
  error: Error,
  { failures, firstFailureMs, unended }: FailureNote,
  now: Date,
): LaidOut {
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
  const original = holding.entry.fields ?? [];
  const names = Object.keys(about);
  const values = Object.values(about);
  if (original.length > MOST_REPLAYABLE_VALUES) {
    return { layout: layoutOf([...names, 'entry_json']), values: [...values, JSON.stringify(original)] };
  }
  for (const [field, value] of pairs(original)) {
    names.push(`entry.${field}`);
    values.push(value);
  }
  return { layout: layoutOf(names), values };
}
