import { TransactionRefusedError } from '../errors.js';

/** The Redis types that a write can demand of its key. */
export type KeyType = 'string' | 'hash' | 'set' | 'zset' | 'list' | 'stream';

/** What the server is to check before it applies a write. */
export interface ServerCheck {
  /** What the key must be, if it is there; '' for anything. */
  type: KeyType | '';
  /** What must hold an integer: '=' for the key itself, ':field' for a hash field, '' for nothing. */
  integer: string;
}

/** What Redis takes for one, and as long as a sum of two stays within its 64 bits. */
const INTEGER = /^(0|-?[1-9]\d{0,14})$/;

interface WrittenKey {
  /** Undefined: nothing is left of what the server has, and nothing was written since. */
  type: KeyType | undefined;
  replaced: boolean;
  /** Values that this transaction sets: of hash fields, or of the key itself under '='. */
  values: Map<string, string>;
}

/**
 * Finds, before the commit, the writes of one transaction that do not fit each other; Redis does not roll a script back.
 * What depends on the server's state alone is left to the script.
 */
export class WriteGuard {
  private readonly keys = new Map<string, WrittenKey>();

  wrote(key: string): boolean {
    return this.keys.has(key);
  }

  /** The key is deleted, or set whole. */
  replace(key: string, value?: string): ServerCheck {
    this.keys.set(key, {
      type: value === undefined ? undefined : 'string',
      replaced: true,
      values: new Map(value === undefined ? [] : [['=', value]]),
    });
    return { type: '', integer: '' };
  }

  /** The key is changed as what it is. @throws TransactionRefusedError when earlier writes made it something else */
  change(command: string, key: string, type: KeyType): ServerCheck {
    const written = this.keys.get(key) ?? { type, replaced: false, values: new Map<string, string>() };
    if (written.type !== undefined && written.type !== type) {
      throw new TransactionRefusedError(
        `${command} ${key} needs a ${type}; this transaction made it a ${written.type}`,
      );
    }
    written.type = type;
    this.keys.set(key, written);
    return { type: written.replaced ? '' : type, integer: '' };
  }

  /** Values of a hash were set. */
  setFields(key: string, fields: readonly [string, string][]): void {
    const written = this.keys.get(key);
    for (const [field, value] of fields) written?.values.set(field, value);
  }

  /** A number is incremented. @throws TransactionRefusedError when this transaction made it something else */
  increment(command: string, key: string, type: 'string' | 'hash', field: string): ServerCheck {
    const check = this.change(command, key, type);
    const written = this.keys.get(key);
    const place = type === 'hash' ? `:${field}` : field;
    const value = written?.values.get(field);
    if (value !== undefined && !INTEGER.test(value)) {
      throw new TransactionRefusedError(
        `${command} ${key}: expected an integer of at most 15 digits, this transaction set ${JSON.stringify(value)}`,
      );
    }
    return { ...check, integer: value !== undefined || written?.replaced ? '' : place };
  }
}
