import { TransactionRefusedError } from '../model/errors/transaction.js';
import { fieldOf } from '../model/fields.js';

/** The Redis type that a write expects of its key. */
export type KeyType = 'string' | 'hash' | 'set' | 'zset' | 'list' | 'stream';

/** What `settle.lua` checks before it applies a write. */
export interface ServerCheck {
  /** The type that the key must have, if it exists; '' for any. */
  type: KeyType | '';
  /** Where an integer must be: '=' in the key itself, ':' in the hash field that is the first argument, '' nowhere. */
  integer: '=' | ':' | '';
}

/** What Redis takes for an integer; of at most 15 digits, so that a sum of two stays within its 64 bits. */
const INTEGER = /^(0|-?[1-9]\d{0,14})$/;

interface WrittenKey {
  key: string;
  /** The type of the key after the writes so far; undefined for a deleted key. */
  type: KeyType | undefined;
  replaced: boolean;
  /** The values that this transaction has set, each after its hash field, or after '=' for the key itself. */
  values: readonly string[][];
}

/**
 * Refuses writes of one transaction that do not fit each other, such as a hash write after a string write: Redis does not roll a script
 * back. What depends on the server's state is left to the script.
 */
export class WriteGuard {
  private first: WrittenKey | undefined;
  /** All keys but the first: most transactions write one key, and need no map. */
  private others: Map<string, WrittenKey> | undefined;

  wrote(key: string): boolean {
    return this.written(key) !== undefined;
  }

  /** The key is deleted, or set whole. */
  replace(key: string, value?: string): ServerCheck {
    const type = value === undefined ? undefined : 'string';
    this.remember({ key, type, replaced: true, values: value === undefined ? NONE : [['=', value]] });
    return NO_CHECK;
  }

  /** A part of the key's value is changed. @throws TransactionRefusedError when earlier writes have given the key another type */
  change(command: string, key: string, type: KeyType): ServerCheck {
    const written = this.written(key);
    if (!written) {
      this.remember({ key, type, replaced: false, values: NONE });
      return CHECKS[type];
    }
    if (written.type !== undefined && written.type !== type) {
      throw new TransactionRefusedError(
        `${command} ${key} needs a ${type}; this transaction made it a ${written.type}`,
      );
    }
    written.type = type;
    return written.replaced ? NO_CHECK : CHECKS[type];
  }

  /** Values of a hash were set. @param pairs field, value, field, value, … */
  setFields(key: string, pairs: string[]): void {
    const written = this.written(key);
    if (written) written.values = [...written.values, pairs];
  }

  /** A number is incremented. @throws TransactionRefusedError when this transaction has set a value that is no integer */
  increment(command: string, key: string, type: 'string' | 'hash', field: string): ServerCheck {
    const check = this.change(command, key, type);
    const written = this.written(key);
    const value = lastValue(written?.values ?? [], field);
    if (value !== undefined && !INTEGER.test(value)) {
      throw new TransactionRefusedError(
        `${command} ${key}: expected an integer of at most 15 digits, this transaction set ${JSON.stringify(value)}`,
      );
    }
    return { ...check, integer: value !== undefined || written?.replaced ? '' : type === 'hash' ? ':' : '=' };
  }

  private written(key: string): WrittenKey | undefined {
    return this.first?.key === key ? this.first : this.others?.get(key);
  }

  private remember(written: WrittenKey): void {
    const { key } = written;
    if (!this.first || this.first.key === key) this.first = written;
    else (this.others ??= new Map<string, WrittenKey>()).set(key, written);
  }
}

const NONE: readonly never[] = [];

const NO_CHECK: ServerCheck = { type: '', integer: '' };
const CHECKS: Readonly<Record<KeyType, ServerCheck>> = {
  string: { type: 'string', integer: '' },
  hash: { type: 'hash', integer: '' },
  set: { type: 'set', integer: '' },
  zset: { type: 'zset', integer: '' },
  list: { type: 'list', integer: '' },
  stream: { type: 'stream', integer: '' },
};

function lastValue(values: readonly (readonly string[])[], field: string): string | undefined {
  for (let index = values.length - 1; index >= 0; index -= 1) {
    const value = fieldOf(values[index] ?? [], field);
    if (value !== undefined) return value;
  }
  return undefined;
}
