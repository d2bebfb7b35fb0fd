import { EventPayloadError } from './errors/publishing.js';
import { limitBeyond, MAX_BYTES_OF_A_UNIT, type PayloadLimits } from './payload-limits.js';

/**
 * The JSON of a payload.
 *
 * @throws EventPayloadError when it exceeds `maxBytes`
 */
export function toJson(type: string, data: object, limits: PayloadLimits): string {
  let json: string;
  try {
    json = JSON.stringify(data);
  } catch (cause) {
    // V8 can have no text of more than half a gigabyte.
    throw new EventPayloadError(type, '', beyondLimit('maxBytes', limits), { cause });
  }
  // For most payloads the length is enough.
  if (json.length * MAX_BYTES_OF_A_UNIT <= limits.maxBytes || Buffer.byteLength(json) <= limits.maxBytes) return json;
  throw new EventPayloadError(type, '', beyondLimit('maxBytes', limits));
}

/** Checks the limits of JSON that was not checked before. @throws EventPayloadError */
export function demandJson(type: string, json: string, limits: PayloadLimits): void {
  const beyond = limitBeyond(json, limits);
  if (beyond) throw new EventPayloadError(type, '', beyondLimit(beyond, limits));
}

/** The words for a payload that exceeds a limit. */
export function beyondLimit(limit: keyof PayloadLimits, limits: PayloadLimits): string {
  return `expected at most ${String(limits[limit])} ${WHAT[limit]} (producer.${limit}), got more`;
}

const WHAT: Record<keyof PayloadLimits, string> = {
  maxBytes: 'bytes of JSON',
  maxDepth: 'levels (is it a circle?)',
  maxProperties: 'properties of all objects together',
  maxItems: 'items of all arrays together',
};

/** The words for an integer that JavaScript would round. */
export function unsafeIntegerIs(digits: string): string {
  return `expected an integer within ±${String(Number.MAX_SAFE_INTEGER)}, got ${digits}: beyond, numbers are rounded; pass it as a string`;
}
