import { EventDecodeError, EventValidationError, UnknownEventError } from '../model/errors/event.js';
import type { HandlerDelivery } from '../delivery/handler-delivery.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { DeadLetterReason } from '../model/outcome.js';
import { layoutOf, type LaidOut } from '../stream/layouts.js';
import { pairs } from '../stream/pairs.js';
import { MAX_REPLAYABLE_VALUES } from '../stream/server-limits.js';
import { isA, textOf } from '../model/thrown.js';

/** Before the names of the original entry's fields. */
export const ORIGINAL = 'entry.';
/** Where the original is as a whole: a JSON array of its fields, as they are, or in Base64 where one is not UTF-8. */
export const TEXTS = 'entry_json';
export const BASE64 = 'entry_base64';
/** How large the original is, where the dead letter holds a part of it: its small fields. */
export const WHOLE_BYTES = 'entry_bytes';

/**
 * The fields of a dead letter: what happened, each under a name of its own, and then the original entry's fields as
 * they came, under `entry.`, so that even an entry that is no envelope stays whole. One of thousands of fields is under `entry_json`, as an array
 * (`entry_base64` where they are not UTF-8). Of one that is larger than `maxBytes` only the small fields are there, and how large
 * it is: its stream has the rest. What was replayed stays whole: an operator may have edited it, and nobody else has it.
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
    stream: inFlight.origin?.stream ?? inFlight.stream,
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

/** The library itself has refused the entry: where in its code says nothing that the message does not. */
function isRefusal(error: Error): boolean {
  return REFUSALS.some((type) => isA(error, type)) && error.cause === undefined;
}

const REFUSALS = [EventDecodeError, EventValidationError, UnknownEventError];

/** Of an original that is not kept whole so much is kept: each field, and all of them together, in bytes. */
const SMALL_FIELD = 5 * 1024;
const SMALL_FIELDS = 16 * 1024;

/** The small fields: those of the envelope first, whatever comes before them. */
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

/** Above all a key that is parked must be found again. */
const ENVELOPE: ReadonlySet<string> = new Set([
  ...['partition_key', 'event_id', 'event_type', 'version', 'timestamp', 'source'],
  ...['correlation_id', 'causation_id', 'traceparent', 'tracestate'],
]);

function bytesOf(texts: readonly (string | Buffer)[]): number {
  let bytes = 0;
  for (const text of texts) bytes += Buffer.byteLength(text);
  return bytes;
}
