import type { EventClass } from '../model/domain-event.js';
import { compactJson } from '../json/format.js';
import { unsafeInteger } from '../json/losses.js';
import { beyondLimit, toJson, unsafeIntegerIs } from '../model/payload-json.js';
import { limitBeyond, type PayloadLimits } from '../model/payload-limits.js';
import { EventPayloadError } from '../model/errors/publishing.js';
import { PayloadCopy } from './payload-copy.js';
import { copyOfPlainJson } from './plain-json.js';

/**
 * The payload as it is sent: the plain objects, arrays and primitives that a reader gets when it parses the JSON. Properties that are
 * undefined are left out, and an object with `toJSON` is what that returns.
 *
 * What JSON would lose or change is refused, before anything else looks at the payload.
 *
 * @param own the event class, an instance of which is as good as a plain object
 * @returns a copy, for which each property was read once: what a getter gave then is validated and sent
 * @throws EventPayloadError that names the field
 */
export function sendablePayload(type: string, data: unknown, limits: PayloadLimits, own?: EventClass): object {
  const copy = plainCopy(data, limits, own);
  if (copy) return copy;
  const copying = new PayloadCopy(limits);
  const travels = copying.ofPayload(data);
  if (travels !== undefined) return travels;
  const { path, why, cause } = copying.fault;
  throw new EventPayloadError(type, path.join('.'), why, cause && { cause: cause.thrown });
}

function plainCopy(data: unknown, limits: PayloadLimits, own?: EventClass): object | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  try {
    return copyOfPlainJson(data, own ? (own.prototype as object) : null, limits);
  } catch {
    // A getter or a proxy threw. PayloadCopy meets it again, and names the path.
    return undefined;
  }
}

/** The JSON of a payload that was not checked before. @throws EventPayloadError */
export function checkedJson(type: string, data: object, limits: PayloadLimits): string {
  return toJson(type, sendablePayload(type, data, limits), limits);
}

/**
 * A payload that is given as JSON: parsed, and as text without blanks between its values. The text keeps strings and numbers as they are
 * written.
 *
 * @param keepsNumbers whether numbers are allowed that JavaScript would round, since only the text is used
 * @throws EventPayloadError that names the field
 */
export function payloadOfJson(
  type: string,
  text: string,
  limits: PayloadLimits,
  keepsNumbers = false,
): { data: Record<string, unknown>; json: string } {
  // By the text, which shows a property twice if it is there twice. Blanks are not sent, so they count no bytes.
  const beyond = limitBeyond(text, { ...limits, maxBytes: Infinity });
  if (beyond) throw new EventPayloadError(type, '', beyondLimit(beyond, limits));
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new EventPayloadError(type, '', `expected JSON: ${(error as Error).message}`);
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new EventPayloadError(type, '', `expected a JSON object, got ${text.trim().slice(0, 40)}`);
  }
  const unsafe = keepsNumbers ? undefined : unsafeInteger(text);
  if (unsafe) throw new EventPayloadError(type, unsafe.path, unsafeIntegerIs(unsafe.digits.slice(0, 40)));
  const copying = new PayloadCopy(limits, keepsNumbers);
  if (!copying.ofPayload(data)) throw new EventPayloadError(type, copying.fault.path.join('.'), copying.fault.why);
  const json = compactJson(text);
  if (Buffer.byteLength(json) > limits.maxBytes) throw new EventPayloadError(type, '', beyondLimit('maxBytes', limits));
  return { data: data as Record<string, unknown>, json };
}
