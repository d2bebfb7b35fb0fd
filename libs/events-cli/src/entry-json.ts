import { randomUUID } from 'node:crypto';
import type { EventEnvelope, WholeSize } from 'nestjs-event-streams/core';
import { compactJson, fieldOf } from 'nestjs-event-streams/internal';
import { safe } from 'nestjs-event-streams/text';

/** What entries and dead letters have in common. */
interface Shown {
  event: EventEnvelope | null;
  fields: readonly string[];
  bytes?: readonly Buffer[];
  cut?: WholeSize;
}

/** Nothing that was published before this process began contains it. */
const MARK = randomUUID();
const MARKED = new RegExp(`"${MARK}(\\d+)"`, 'g');

/**
 * A value as one line of JSON that is harmless to a terminal. The payloads of entries and dead letters in it are as they
 * are written there, digit by digit; the bytes of those that are not UTF-8 are in Base64.
 */
export function entryJson(value: unknown): string {
  const payloads: string[] = [];
  const json = JSON.stringify(value, (_, item: unknown) => {
    if (!isShown(item)) return item;
    const { event, fields, bytes, cut } = item;
    const shown = { ...item, ...(bytes ? { bytes: bytes.map((field) => field.toString('base64')) } : {}) };
    if (!event) return shown;
    // Of one that was cut the payload is no JSON: `fields` has its beginning.
    if (cut) return { ...shown, event: { ...event, data: null } };
    const place = payloads.push(compactJson(fieldOf(fields, 'data') ?? '{}')) - 1;
    return { ...shown, event: { ...event, data: MARK + String(place) } };
  });
  return safe(json.replace(MARKED, (_, place: string) => payloads[Number(place)] ?? '{}'));
}

function isShown(value: unknown): value is Shown {
  return (
    typeof value === 'object' && value !== null && 'event' in value && 'fields' in value && Array.isArray(value.fields)
  );
}
