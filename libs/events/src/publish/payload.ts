import { isDate } from 'node:util/types';
import { isDangerousKey } from '../envelope/dangerous-keys.js';
import type { EventClass } from '../envelope/domain-event.js';
import { compactJson, unsafeInteger } from '../envelope/json-text.js';
import { EventPayloadError } from '../errors.js';
import { saidBy } from '../validate/user-code.js';
import { isPlainJson, isSafe } from './plain-json.js';

/** What a payload may be at most. */
export interface PayloadLimits {
  /** Bytes of its JSON. */
  maxBytes: number;
  /** Objects and arrays within each other. */
  maxDepth: number;
}

/**
 * What of a payload travels: the plain objects, arrays and primitives that a reader gets when it parses the JSON. Optional
 * properties that are undefined are not there, and what has a `toJSON` is what that says.
 *
 * It refuses what JSON would change, drop or not survive, before anything looks deeper into it: a publisher must not learn
 * from its readers that half of the payload was lost.
 *
 * @param own the event class, an instance of which is as good as a plain object
 * @returns the payload itself when it is all of that already
 * @throws EventPayloadError that names the field
 */
export function travelling(type: string, data: unknown, limits: PayloadLimits, own?: EventClass): object {
  if (isPlain(data, limits, own)) return data;
  const traveller = new Traveller(limits);
  const travels = traveller.ofPayload(data);
  if (travels !== undefined) return travels;
  const { path, why, cause } = traveller.fault;
  throw new EventPayloadError(type, path.join('.'), why, cause && { cause: cause.thrown });
}

function isPlain(data: unknown, { maxBytes, maxDepth }: PayloadLimits, own: EventClass | undefined): data is object {
  if (typeof data !== 'object' || data === null) return false;
  try {
    return isPlainJson(data, own ? (own.prototype as object) : null, maxDepth, maxBytes);
  } catch {
    // A getter, or a proxy: what they throw is said with the path.
    return false;
  }
}

/**
 * The JSON of what travels.
 *
 * @throws EventPayloadError when it is larger than it may be
 */
export function toJson(type: string, data: object, limits: PayloadLimits): string {
  let json: string;
  try {
    json = JSON.stringify(data);
  } catch (cause) {
    // V8 has no text of more than half a gigabyte.
    throw new EventPayloadError(type, '', tooLarge(limits), { cause });
  }
  // A UTF-16 unit is at most three bytes of UTF-8: most payloads need no counting.
  if (json.length * 3 <= limits.maxBytes || Buffer.byteLength(json) <= limits.maxBytes) return json;
  throw new EventPayloadError(type, '', tooLarge(limits));
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
  if (unsafe) throw new EventPayloadError(type, unsafe.path, wrongInteger(unsafe.digits.slice(0, 40)));
  const traveller = new Traveller(limits, keepsNumbers);
  if (!traveller.ofPayload(data))
    throw new EventPayloadError(type, traveller.fault.path.join('.'), traveller.fault.why);
  const json = compactJson(text);
  if (Buffer.byteLength(json) > limits.maxBytes) throw new EventPayloadError(type, '', tooLarge(limits));
  return { data: data as Record<string, unknown>, json };
}

/** What is wrong, and where: the path is put together on the way back, as most payloads need none. */
interface Fault {
  path: (string | number)[];
  why: string;
  /** What user code threw. */
  cause?: { thrown: unknown };
}

type Properties = Record<string, unknown>;

/** Stand for what a value becomes: nothing, 0 instead of -0, or no JSON at all. None is equal to any value. */
const OMITTED = Symbol('omitted');
const NOUGHT = Symbol('0');
const FAULTY = Symbol('faulty');

/** Goes through a payload once. What does not change is not copied: a value that comes back the same travels as it is. */
class Traveller {
  fault: Fault = { path: [], why: '' };
  private length = 0;

  constructor(
    private readonly limits: PayloadLimits,
    private readonly takesAnyNumber = false,
  ) {}

  /** @returns undefined when there is a fault */
  ofPayload(data: unknown): object | undefined {
    if (typeof data !== 'object' || data === null) {
      this.fail(`expected an object, got ${nameOf(data)}`);
      return undefined;
    }
    let travels: unknown;
    try {
      travels = this.ofObject(data, '', 1);
    } catch (thrown) {
      travels = this.threw('reading it', thrown);
    }
    if (travels === FAULTY) return undefined;
    if (typeof travels === 'object' && travels !== null && !Array.isArray(travels)) return travels;
    this.fail(`expected an object, got ${nameOf(data)}, which is ${nameOf(travels)} in JSON`);
    return undefined;
  }

  private ofValue(value: unknown, key: string | number, depth: number): unknown {
    switch (typeof value) {
      case 'string':
        this.length += value.length;
        // Before it becomes one text of that length.
        return this.length > this.limits.maxBytes ? this.fail(tooLarge(this.limits)) : value;
      case 'boolean':
        return value;
      case 'number':
        if (!isSafe(value)) return this.takesAnyNumber ? value : this.fail(wrongNumber(value));
        return Object.is(value, -0) ? NOUGHT : value;
      case 'object':
        return value === null ? value : this.ofObject(value, key, depth + 1);
      case 'bigint':
        return this.fail('expected a JSON value, got a bigint: readers would round it; pass it as a string');
      default:
        return this.fail(`expected a JSON value, got ${nameOf(value)}`);
    }
  }

  private ofObject(value: object, key: string | number, depth: number): unknown {
    const { maxDepth } = this.limits;
    if (depth > maxDepth) return this.fail(`expected at most ${String(maxDepth)} levels (is it a circle?)`);
    return hasOwnJson(value) ? this.ofOwnJson(value, key, depth) : this.ofMembers(value, depth);
  }

  private ofMembers(value: object, depth: number): unknown {
    if (Array.isArray(value)) return this.ofItems(value, depth);
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Object.prototype) return this.ofProperties(value as Properties, depth, undefined);
    return isRecord(value) ? this.ofInstance(value, depth) : this.fail(`expected a JSON value, got ${nameOf(value)}`);
  }

  /** An object with a way of its own to say what it is in JSON, which asks once, and takes the answer as it is. */
  private ofOwnJson(value: { toJSON: (key: string) => unknown }, key: string | number, depth: number): unknown {
    const name = nameOf(value);
    if (isLost(value)) return this.fail(`expected a JSON value, got ${name}: give a text, or plain objects and arrays`);
    if (isDate(value) && Number.isNaN(Date.prototype.getTime.call(value)))
      return this.fail('expected a date, got an invalid one');
    let json: unknown;
    try {
      json = value.toJSON(String(key));
    } catch (thrown) {
      return this.threw(`toJSON() of ${name}`, thrown);
    }
    if (typeof json === 'object' && json !== null) return this.ofMembers(json, depth);
    if (json !== undefined) return this.ofValue(json, key, depth);
    return this.fail(`expected a JSON value, got ${name} of which toJSON() gives undefined`);
  }

  /** An instance of a class, or an object without prototype: what it has of its own becomes a plain object. */
  private ofInstance(value: Properties, depth: number): unknown {
    if (!hasClass(value) || Object.keys(value).length > 0) return this.ofProperties(value, depth, {});
    // Private fields, or values that its methods know: all that is lost.
    return this.fail(`expected a JSON value, got ${nameOf(value)}, of which JSON has nothing but {}`);
  }

  /** @param copy undefined as long as nothing differs */
  private ofProperties(value: Properties, depth: number, copy: Properties | undefined): unknown {
    let key: string | undefined;
    // Getters and proxies are user code.
    try {
      const keys = Object.keys(value);
      for (let index = 0; index < keys.length; index += 1) {
        key = keys[index] ?? '';
        if (isDangerousKey(key)) return this.within(key, this.fail(`a property must not be called ${key}`));
        const child = value[key];
        // JSON leaves out what is undefined: that is how optional properties are not there.
        const kept = child === undefined ? OMITTED : this.ofValue(child, key, depth);
        if (kept === child && copy === undefined) continue;
        if (kept === FAULTY) return this.within(key, FAULTY);
        copy ??= copyOf(value, keys, index);
        if (kept !== OMITTED) copy[key] = kept === NOUGHT ? 0 : kept;
      }
    } catch (thrown) {
      const faulty = this.threw('reading it', thrown);
      return key === undefined ? faulty : this.within(key, faulty);
    }
    return copy ?? value;
  }

  private ofItems(items: readonly unknown[], depth: number): unknown {
    let copy = Object.getPrototypeOf(items) === Array.prototype ? undefined : ([] as unknown[]);
    let index = 0;
    try {
      for (; index < items.length; index += 1) {
        const item = items[index];
        const kept = this.ofValue(item, index, depth);
        if (kept === item && copy === undefined) continue;
        if (kept === FAULTY) return this.within(index, FAULTY);
        copy ??= items.slice(0, index);
        copy.push(kept === NOUGHT ? 0 : kept);
      }
    } catch (thrown) {
      return this.within(index, this.threw('reading it', thrown));
    }
    return copy ?? items;
  }

  private threw(what: string, thrown: unknown): symbol {
    this.fail(saidBy(what, thrown));
    this.fault.cause = { thrown };
    return FAULTY;
  }

  private fail(why: string): symbol {
    this.fault = { path: [], why };
    return FAULTY;
  }

  private within(key: string | number, faulty: symbol): symbol {
    this.fault.path.unshift(key);
    return faulty;
  }
}

/** The first few properties; none of them has a name that is dangerous to assign to. */
function copyOf(value: Properties, keys: readonly string[], count: number): Properties {
  const copy: Properties = {};
  for (const key of keys.slice(0, count)) copy[key] = value[key];
  return copy;
}

function hasOwnJson(value: object): value is { toJSON: (key: string) => unknown } {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function';
}

/** Whether no reader would get back what it is, although it has a `toJSON`. */
function isLost(value: object): boolean {
  return ArrayBuffer.isView(value) || value instanceof URL;
}

/** A plain object, or an instance of a class, as far as it has no way of its own to hold things. */
function isRecord(value: object): value is Properties {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** Whether it is more than a plain object, of whichever realm. */
function hasClass(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype !== null && Object.getPrototypeOf(prototype) !== null;
}

/** What a value is, in a word or two: `a Map`, `undefined`. */
function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  const { constructor } = (Object.getPrototypeOf(value) ?? {}) as { constructor?: unknown };
  const name = typeof constructor === 'function' ? constructor.name : '';
  return name === '' || name === 'Object' ? 'an object' : name === 'Array' ? 'an array' : `a ${name}`;
}

function wrongNumber(value: number): string {
  if (!Number.isFinite(value)) return `expected a finite number, got ${String(value)}`;
  return wrongInteger(String(value));
}

function wrongInteger(digits: string): string {
  return `expected an integer within ±${String(Number.MAX_SAFE_INTEGER)}, got ${digits}: beyond, numbers are rounded; pass it as a string`;
}

function tooLarge({ maxBytes }: PayloadLimits): string {
  return `expected at most ${String(maxBytes)} bytes of JSON, got more`;
}
