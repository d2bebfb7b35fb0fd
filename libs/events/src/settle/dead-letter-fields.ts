import { EventDecodeError, EventValidationError, UnknownEventError } from '../model/errors/event.js';
import type { HandlerDelivery } from '../delivery/handler-delivery.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { DeadLetterReason } from '../model/outcome.js';
import { layoutOf, type LaidOut } from '../stream/entries/layouts.js';
import { pairs } from '../stream/entries/pairs.js';
import { MAX_REPLAYABLE_VALUES } from '../stream/scripts/server-limits.js';
import { isA, textOf } from '../model/thrown.js';

/** Before the names of the original entry's fields. */
export const ORIGINAL = 'entry.';
/** The field that has the whole original: a JSON array of its fields as text, or in Base64 where one is not UTF-8. */
export const TEXTS = 'entry_json';
export const BASE64 = 'entry_base64';
/** The field with the original's size, where the dead letter has only its small fields. */
export const WHOLE_BYTES = 'entry_bytes';

/**
 * The fields of a dead letter: first what happened, then the original entry's fields as they came, with `entry.` before their names. So an
 * entry that is no envelope stays whole, too. One with thousands of fields is one array, in `entry_json` (`entry_base64` where they are
 * not UTF-8). Of one that would make the dead letter larger than `maxBytes`, only the small fields and its size are kept: its stream has
 * the rest. A replay is always kept whole: an operator may have edited it, and no stream has it.
 *
 * @param maxBytes of the whole dead letter
 */
export function deadLetterFields(
  { inFlight, handler, note }: Pick<HandlerDelivery, 'inFlight' | 'handler' | 'note'>,
  group: string,
  { reason, error, at }: { reason: DeadLetterReason; error: Error; at: Date },
  maxBytes: number,
): LaidOut<string | Buffer> {
  const { failures, firstFailureMs, openQuarantineRuns } = note;
  const { name, message, stack } = textOf(error);
  const about: Record<string, string> = {
    stream: inFlight.origin?.streamKey ?? inFlight.streamKey,
    entry_id: inFlight.origin?.id ?? inFlight.entry.id,
    group,
    handler,
    reason,
    attempts: String(failures + openQuarantineRuns.length),
    error_name: name,
    error_message: message,
    error_stack: isRefusal(error) ? `${name}: ${message}` : stack,
    first_failed_at: (firstFailureMs > 0 ? new Date(firstFailureMs) : at).toISOString(),
    last_failed_at: at.toISOString(),
    ...(inFlight.origin ? { replays: String(inFlight.origin.replays) } : {}),
  };
  const whole = laidOut(about, inFlight.entry);
  if (inFlight.origin || bytesOf(whole.layout.names) + bytesOf(whole.values) <= maxBytes) return whole;
  const { fields, bytes } = inFlight.entry;
  const part = smallFieldsOf<string | Buffer>(bytes ?? fields ?? []);
  const partOf = { fields: bytes ? null : (part as string[]), bytes: bytes && (part as Buffer[]) };
  return laidOut({ ...about, [WHOLE_BYTES]: String(bytesOf(bytes ?? fields ?? [])) }, partOf);
}

function laidOut(
  about: Readonly<Record<string, string>>,
  { fields, bytes }: Pick<InFlightDelivery['entry'], 'fields' | 'bytes'>,
): LaidOut<string | Buffer> {
  const original = bytes ?? fields ?? [];
  const names: (string | Buffer)[] = Object.keys(about);
  const values: (string | Buffer)[] = Object.values(about);
  if (original.length > MAX_REPLAYABLE_VALUES) {
    const [field, all] = bytes
      ? [BASE64, JSON.stringify(bytes.map((field) => field.toString('base64')))]
      : [TEXTS, JSON.stringify(original)];
    return { layout: layoutOf([...names, field]), values: [...values, all] };
  }
  for (const [field, value] of pairs<string | Buffer>(original)) {
    names.push(typeof field === 'string' ? ORIGINAL + field : Buffer.concat([Buffer.from(ORIGINAL), field]));
    values.push(value);
  }
  return { layout: layoutOf(names), values };
}

/** Whether the library itself has rejected the entry: the stack would tell no more than the message. */
function isRefusal(error: Error): boolean {
  return REFUSALS.some((type) => isA(error, type)) && error.cause === undefined;
}

const REFUSALS = [EventDecodeError, EventValidationError, UnknownEventError];

/** Sizes of a small field, and of all small fields that are kept together, in bytes. */
const SMALL_FIELD = 5 * 1024;
const SMALL_FIELDS = 16 * 1024;

/** The small fields. Those of the envelope take the room first. */
function smallFieldsOf<T extends string | Buffer>(fields: readonly T[]): T[] {
  const small: T[] = [];
  let left = SMALL_FIELDS;
  const all = pairs<T>(fields);
  const isOfEnvelope = ([name]: [T, T]): boolean => ENVELOPE.has(name.toString());
  for (const pair of [...all.filter(isOfEnvelope), ...all.filter((one) => !isOfEnvelope(one))]) {
    const size = bytesOf(pair) + ORIGINAL.length;
    if (bytesOf(pair) > SMALL_FIELD || size > left) continue;
    left -= size;
    small.push(...pair);
  }
  return small;
}

/** `partition_key` above all: by it the parked events are found again. */
const ENVELOPE: ReadonlySet<string> = new Set([
  ...['partition_key', 'event_id', 'event_type', 'version', 'timestamp', 'source'],
  ...['correlation_id', 'causation_id', 'traceparent', 'tracestate'],
]);

function bytesOf(texts: readonly (string | Buffer)[]): number {
  let bytes = 0;
  for (const text of texts) bytes += Buffer.byteLength(text);
  return bytes;
}
