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
  new PayloadCheck(type, limits).check(data, '', 1);
}

/**
 * The JSON of a payload that was checked.
 *
 * @throws EventPayloadError when it is larger than it may be
 */
export function toJson(type: string, data: object, { maxBytes }: PayloadLimits): string {
  const json = JSON.stringify(data);
  // A UTF-16 unit is at most three bytes of UTF-8: most payloads need no counting.
  if (json.length * 3 <= maxBytes || Buffer.byteLength(json) <= maxBytes) return json;
  throw tooLarge(type, '', maxBytes);
}

/** Both in one: the JSON of a payload that nobody has looked at. @throws EventPayloadError */
export function checkedJson(type: string, data: object, limits: PayloadLimits): string {
  checkPayload(type, data, limits);
  return toJson(type, data, limits);
}

class PayloadCheck {
  private length = 0;

  constructor(
    private readonly type: string,
    private readonly limits: PayloadLimits,
  ) {}

  check(value: unknown, path: string, depth: number): void {
    switch (typeof value) {
      case 'string':
        this.length += value.length;
        // Before it becomes one text of that length.
        if (this.length > this.limits.maxBytes) throw tooLarge(this.type, path, this.limits.maxBytes);
        return;
      case 'boolean':
        return;
      case 'number':
        if (Number.isFinite(value)) return;
        throw new EventPayloadError(this.type, path, `expected a finite number, got ${String(value)}`);
      case 'object':
        if (value !== null) this.checkObject(value, path, depth);
        return;
      default:
        throw new EventPayloadError(this.type, path, `expected a JSON value, got ${nameOf(value)}`);
    }
  }

  private checkObject(value: object, path: string, depth: number): void {
    const { maxDepth } = this.limits;
    if (depth > maxDepth) {
      throw new EventPayloadError(this.type, path, `expected at most ${String(maxDepth)} levels (is it a circle?)`);
    }
    if (hasOwnJson(value)) {
      if (value instanceof Date && Number.isNaN(value.getTime())) {
        throw new EventPayloadError(this.type, path, 'expected a date, got an invalid one');
      }
      this.check(value.toJSON(), path, depth + 1);
    } else if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index += 1)
        this.check(value[index], join(path, String(index)), depth + 1);
    } else if (Object.prototype.toString.call(value) === '[object Object]') {
      for (const [key, child] of Object.entries(value)) {
        checkKey(this.type, path, key);
        // JSON leaves out what is undefined: that is how optional properties are not there.
        if (child !== undefined) this.check(child, join(path, key), depth + 1);
      }
    } else {
      throw new EventPayloadError(this.type, path, `expected a JSON value, got a ${value.constructor.name}`);
    }
  }
}

function hasOwnJson(value: object): value is { toJSON: () => unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

function checkKey(type: string, path: string, key: string): void {
  if (!isDangerousKey(key)) return;
  throw new EventPayloadError(type, join(path, key), `a property must not be called ${key}`);
}

function tooLarge(type: string, path: string, maxBytes: number): EventPayloadError {
  return new EventPayloadError(type, path, `expected at most ${String(maxBytes)} bytes of JSON, got more`);
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function nameOf(value: unknown): string {
  return value === undefined ? 'undefined' : `a ${typeof value}`;
}
