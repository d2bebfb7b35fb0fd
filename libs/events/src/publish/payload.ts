import { isDangerousKey } from '../envelope/dangerous-keys.js';
import { EventPayloadError } from '../errors.js';

/** What a payload may be at most. */
export interface PayloadLimits {
  /** Bytes of its JSON. */
  maxBytes: number;
  /** Objects and arrays within each other. */
  maxDepth: number;
}

/**
 * Refuses what JSON would change, drop or not survive, before anything looks deeper into it: a publisher must not learn
 * from its readers that half of the payload was lost.
 *
 * @throws EventPayloadError that names the field
 */
export function checkPayload(type: string, data: object, limits: PayloadLimits): void {
  const fault = new PayloadCheck(limits).ofObject(data, 1);
  if (fault) throw new EventPayloadError(type, fault.path.join('.'), fault.why);
}

/**
 * The JSON of a payload that was checked.
 *
 * @throws EventPayloadError when it is larger than it may be
 */
export function toJson(type: string, data: object, limits: PayloadLimits): string {
  const json = JSON.stringify(data);
  // A UTF-16 unit is at most three bytes of UTF-8: most payloads need no counting.
  if (json.length * 3 <= limits.maxBytes || Buffer.byteLength(json) <= limits.maxBytes) return json;
  throw new EventPayloadError(type, '', tooLarge(limits));
}

/** Both in one: the JSON of a payload that nobody has looked at. @throws EventPayloadError */
export function checkedJson(type: string, data: object, limits: PayloadLimits): string {
  checkPayload(type, data, limits);
  return toJson(type, data, limits);
}

/** What is wrong, and where: the path is put together on the way back, as most payloads need none. */
interface Fault {
  path: (string | number)[];
  why: string;
}

class PayloadCheck {
  private length = 0;

  constructor(private readonly limits: PayloadLimits) {}

  ofObject(value: object, depth: number): Fault | undefined {
    const { maxDepth } = this.limits;
    if (depth > maxDepth) return fault(`expected at most ${String(maxDepth)} levels (is it a circle?)`);
    if (hasOwnJson(value)) {
      if (value instanceof Date && Number.isNaN(value.getTime())) return fault('expected a date, got an invalid one');
      return this.ofValue(value.toJSON(), depth);
    }
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index += 1) {
        const found = this.ofValue(value[index], depth);
        if (found) return within(index, found);
      }
      return undefined;
    }
    if (!isRecord(value)) return fault(`expected a JSON value, got a ${value.constructor.name}`);
    for (const key of Object.keys(value)) {
      if (isDangerousKey(key)) return within(key, fault(`a property must not be called ${key}`));
      const child = value[key];
      // JSON leaves out what is undefined: that is how optional properties are not there.
      const found = child === undefined ? undefined : this.ofValue(child, depth);
      if (found) return within(key, found);
    }
    return undefined;
  }

  private ofValue(value: unknown, depth: number): Fault | undefined {
    switch (typeof value) {
      case 'string':
        this.length += value.length;
        // Before it becomes one text of that length.
        return this.length > this.limits.maxBytes ? fault(tooLarge(this.limits)) : undefined;
      case 'boolean':
        return undefined;
      case 'number':
        // All numbers beyond are integers.
        return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER
          ? undefined
          : fault(wrongNumber(value));
      case 'object':
        return value === null ? undefined : this.ofObject(value, depth + 1);
      case 'bigint':
        return fault('expected a JSON value, got a bigint: readers would round it; pass it as a string');
      default:
        return fault(`expected a JSON value, got ${value === undefined ? 'undefined' : `a ${typeof value}`}`);
    }
  }
}

function fault(why: string): Fault {
  return { path: [], why };
}

function within(key: string | number, inner: Fault): Fault {
  inner.path.unshift(key);
  return inner;
}

function hasOwnJson(value: object): value is { toJSON: () => unknown } {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function';
}

/** A plain object, or an instance of a class, as far as it has no way of its own to hold things. */
function isRecord(value: object): value is Record<string, unknown> {
  return (
    Object.getPrototypeOf(value) === Object.prototype || Object.prototype.toString.call(value) === '[object Object]'
  );
}

function wrongNumber(value: number): string {
  if (!Number.isFinite(value)) return `expected a finite number, got ${String(value)}`;
  return `expected an integer within ±${String(Number.MAX_SAFE_INTEGER)}, got ${String(value)}: beyond, numbers are rounded; pass it as a string`;
}

function tooLarge({ maxBytes }: PayloadLimits): string {
  return `expected at most ${String(maxBytes)} bytes of JSON, got more`;
}
