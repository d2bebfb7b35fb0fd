import type { EventClass } from '../model/domain-event.js';
import { compactJson } from '../json/format.js';
import { unsafeInteger } from '../json/losses.js';
import { beyondLimit, toJson, unsafeIntegerIs } from '../model/payload-json.js';
import { limitBeyond, type PayloadLimits } from '../model/payload-limits.js';
import { EventPayloadError } from '../model/errors/publishing.js';
import { PayloadCopy } from './payload-copy.js';
import { copyOfPlainJson } from './plain-json.js';

/**
 * What of a payload travels: the plain objects, arrays and primitives that a reader gets when it parses the JSON. Optional
 * properties that are undefined are not there, and what has a `toJSON` is what that says.
 *
 * It refuses what JSON would change, drop or not survive, before anything looks deeper into it: a publisher must not learn
 * from its readers that half of the payload was lost.
 *
 * @param own the event class, an instance of which is as good as a plain object
 * @returns a copy, for which each property was read once: one that answers otherwise the next time is validated and sent as it
 *   was then
 * @throws EventPayloadError that names the field
 */
export function travelling(type: string, data: unknown, limits: PayloadLimits, own?: EventClass): object {
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
    // A getter, or a proxy: what they throw is said with the path.
    return undefined;
  }
}

/** Both in one: the JSON of a payload that nobody has looked at. @throws EventPayloadError */
export function checkedJson(type: string, data: object, limits: PayloadLimits): string {
  return toJson(type, travelling(type, data, limits), limits);
}

/**
 * A payload that came as JSON: parsed, and as text without blanks between its values. Strings and numbers of the text are
 * as they are written.
 *
 * @param keepsNumbers whether numbers are let through that JavaScript does not hold, since only the text is needed
 * @throws EventPayloadError that names the field
 */
export function payloadOfJson(
  type: string,
  text: string,
  limits: PayloadLimits,
  keepsNumbers = false,
): { data: Record<string, unknown>; json: string } {
  // By the text: of a property that stands there twice nothing else tells. Blanks do not travel, and count no bytes.
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
