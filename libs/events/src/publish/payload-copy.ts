import { isDate } from 'node:util/types';
import { isDangerousKey } from '../json/dangerous-keys.js';
import { beyondLimit, unsafeIntegerIs } from '../model/payload-json.js';
import type { PayloadLimits } from '../model/payload-limits.js';
import { saidBy } from '../validate/user-code.js';
import { isSafe } from './plain-json.js';

/** What is wrong, and where. The path is put together on the way back: most payloads need none. */
interface Fault {
  path: (string | number)[];
  why: string;
  /** What user code threw. */
  cause?: { thrown: unknown };
}

type Properties = Record<string, unknown>;
type ToJson = (key: string) => unknown;

/** In place of a value that has no JSON. */
const FAULTY = Symbol('faulty');

/** Copies a payload as its JSON will be, and reads each property once. */
export class PayloadCopy {
  fault: Fault = { path: [], why: '' };
  private length = 0;
  private properties = 0;
  private items = 0;

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
        // Checked here, before one text of that length is made.
        return this.length > this.limits.maxBytes ? this.failBeyond('maxBytes') : value;
      case 'boolean':
        return value;
      case 'number':
        if (!isSafe(value)) return this.takesAnyNumber ? value : this.fail(wrongNumber(value));
        return Object.is(value, -0) ? 0 : value;
      case 'object':
        return value === null ? value : this.ofObject(value, key, depth + 1);
      case 'bigint':
        return this.fail('expected a JSON value, got a bigint: readers would round it; pass it as a string');
      default:
        return this.fail(`expected a JSON value, got ${nameOf(value)}`);
    }
  }

  private ofObject(value: object, key: string | number, depth: number): unknown {
    if (depth > this.limits.maxDepth) return this.failBeyond('maxDepth');
    const { toJSON } = value as { toJSON?: unknown };
    return typeof toJSON === 'function'
      ? this.ofOwnJson(value, toJSON as ToJson, key, depth)
      : this.ofMembers(value, depth);
  }

  private ofMembers(value: object, depth: number): unknown {
    if (Array.isArray(value)) return this.ofItems(value, depth);
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Object.prototype) return this.ofProperties(value as Properties, depth);
    return isRecord(value) ? this.ofInstance(value, depth) : this.fail(`expected a JSON value, got ${nameOf(value)}`);
  }

  /** An object with a `toJSON`, which is called once. What it returns is not asked for a `toJSON` again. */
  private ofOwnJson(value: object, toJson: ToJson, key: string | number, depth: number): unknown {
    const name = nameOf(value);
    if (isLost(value)) return this.fail(`expected a JSON value, got ${name}: give a text, or plain objects and arrays`);
    if (isDate(value) && Number.isNaN(Date.prototype.getTime.call(value)))
      return this.fail('expected a date, got an invalid one');
    let json: unknown;
    try {
      json = toJson.call(value, String(key));
    } catch (thrown) {
      return this.threw(`toJSON() of ${name}`, thrown);
    }
    if (typeof json === 'object' && json !== null) return this.ofMembers(json, depth);
    if (json !== undefined) return this.ofValue(json, key, depth);
    return this.fail(`expected a JSON value, got ${name} of which toJSON() gives undefined`);
  }

  /** An instance of a class, or an object without prototype: its own properties become a plain object. */
  private ofInstance(value: Properties, depth: number): unknown {
    if (!hasClass(value) || Object.keys(value).length > 0) return this.ofProperties(value, depth);
    // Its values are in private fields or closures: JSON would lose them.
    return this.fail(`expected a JSON value, got ${nameOf(value)}, of which JSON has nothing but {}`);
  }

  private ofProperties(value: Properties, depth: number): unknown {
    const copy: Properties = {};
    let key: string | undefined;
    // Getters and proxies are user code.
    try {
      for (key of Object.keys(value)) {
        if (isDangerousKey(key)) return this.within(key, this.fail(`a property must not be called ${key}`));
        const child = value[key];
        // JSON leaves out undefined properties. A toJSON() was called before.
        if (child === undefined || (key === 'toJSON' && typeof child === 'function')) continue;
        if ((this.properties += 1) > this.limits.maxProperties)
          return this.within(key, this.failBeyond('maxProperties'));
        const kept = this.ofValue(child, key, depth);
        if (kept === FAULTY) return this.within(key, FAULTY);
        copy[key] = kept;
      }
    } catch (thrown) {
      const faulty = this.threw('reading it', thrown);
      return key === undefined ? faulty : this.within(key, faulty);
    }
    return copy;
  }

  private ofItems(items: readonly unknown[], depth: number): unknown {
    this.items += items.length;
    if (this.items > this.limits.maxItems) return this.failBeyond('maxItems');
    const copy: unknown[] = [];
    let index = 0;
    try {
      for (; index < items.length; index += 1) {
        const kept = this.ofValue(items[index], index, depth);
        if (kept === FAULTY) return this.within(index, FAULTY);
        copy.push(kept);
      }
    } catch (thrown) {
      return this.within(index, this.threw('reading it', thrown));
    }
    return copy;
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

  private failBeyond(limit: keyof PayloadLimits): symbol {
    return this.fail(beyondLimit(limit, this.limits));
  }

  private within(key: string | number, faulty: symbol): symbol {
    this.fault.path.unshift(key);
    return faulty;
  }
}

/** Whether readers would not get it back from its JSON, although it has a `toJSON`. */
function isLost(value: object): boolean {
  return ArrayBuffer.isView(value) || value instanceof URL;
}

/** A plain object, or an instance of a class; not a `Map`, an `Error` or the like. */
function isRecord(value: object): value is Properties {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** Whether it is an instance of a class, and no plain object, also one of another realm. */
function hasClass(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype !== null && Object.getPrototypeOf(prototype) !== null;
}

/** What a value is, in words: `a Map`, `undefined`. */
function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  const { constructor } = (Object.getPrototypeOf(value) ?? {}) as { constructor?: unknown };
  const name = typeof constructor === 'function' ? constructor.name : '';
  return name === '' || name === 'Object' ? 'an object' : name === 'Array' ? 'an array' : `a ${name}`;
}

function wrongNumber(value: number): string {
  if (!Number.isFinite(value)) return `expected a finite number, got ${String(value)}`;
  return unsafeIntegerIs(String(value));
}
