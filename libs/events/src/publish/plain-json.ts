import { isDangerousKey } from '../json/dangerous-keys.js';
import type { PayloadLimits } from '../model/payload-limits.js';

type Properties = Record<string, unknown>;

/**
 * A copy of a payload that JSON does not change. This is the fast path for most payloads. Each property is read once: what a getter gives
 * then is validated and sent.
 *
 * @param prototype which the payload itself may have besides that of plain objects
 * @param limits are checked as far as that is possible without the JSON
 * @returns undefined if JSON may change it, or a limit is exceeded: then look closer
 */
export function copyOfPlainJson(data: object, prototype: object | null, limits: PayloadLimits): object | undefined {
  const own = Object.getPrototypeOf(data) as unknown;
  if ((own !== prototype && own !== Object.prototype) || limits.maxDepth <= 0 || hasToJson(data)) return undefined;
  return new Copier(limits).ofProperties(data, limits.maxDepth);
}

class Copier {
  /** How much is still allowed: characters of texts, properties, items. */
  private characters: number;
  private properties: number;
  private items: number;

  constructor({ maxBytes, maxProperties, maxItems }: PayloadLimits) {
    this.characters = maxBytes;
    this.properties = maxProperties;
    this.items = maxItems;
  }

  ofProperties(value: object, levels: number): object | undefined {
    const copy: Properties = { ...value };
    for (const key in copy) {
      this.properties -= 1;
      if (this.properties < 0 || isDangerousKey(key)) return undefined;
      const child = copy[key];
      if (typeof child !== 'object' || child === null) {
        if (!this.takes(child)) return undefined;
      } else if ((copy[key] = this.ofObject(child, levels - 1)) === undefined) return undefined;
    }
    return copy;
  }

  private ofObject(value: object, levels: number): object | undefined {
    if (levels <= 0 || hasToJson(value)) return undefined;
    if (Array.isArray(value)) return this.ofItems(value, levels);
    return Object.getPrototypeOf(value) === Object.prototype ? this.ofProperties(value, levels) : undefined;
  }

  private ofItems(items: readonly unknown[], levels: number): unknown[] | undefined {
    if (Object.getPrototypeOf(items) !== Array.prototype) return undefined;
    const { length } = items;
    this.items -= length;
    if (this.items < 0) return undefined;
    const copy = new Array<unknown>(length);
    for (let index = 0; index < length; index += 1) {
      const item = items[index];
      if (typeof item !== 'object' || item === null) {
        if (!this.takes(item)) return undefined;
        copy[index] = item;
      } else if ((copy[index] = this.ofObject(item, levels - 1)) === undefined) return undefined;
    }
    return copy;
  }

  private takes(value: unknown): boolean {
    switch (typeof value) {
      case 'string':
        this.characters -= value.length;
        return this.characters >= 0;
      case 'number':
        return isSafe(value) && !Object.is(value, -0);
      case 'boolean':
        return true;
      default:
        return value === null;
    }
  }
}

/** Whether readers get a number as it is. Beyond this range all numbers are integers, and some would be rounded. */
export function isSafe(value: number): boolean {
  return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER;
}

function hasToJson(value: object): boolean {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function';
}
