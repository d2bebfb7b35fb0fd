import type { ReadCommand } from '../stream/clients/read-client.js';
import type { BufferedWrite } from './effects.js';
import { RecentNames } from './recent-names.js';

/** How many fields are remembered: at least so many, at most twice as many. */
const REMEMBERED = 4000;
/** How long a field is remembered after it was written, in milliseconds: at least so long, at most three times as long. */
const REMEMBERED_MS = 10_000;
/** Characters of a value that is remembered, at most. */
const MAX_VALUE_LENGTH = 1000;
/** How many names of fields that were read are remembered; see {@link RecentNames}. */
const NAMES_REMEMBERED = 2000;
/** Half a character. It cannot be written as UTF-8: Redis has another value than the transaction. */
const HALF_CHARACTER = /\p{Surrogate}/u;

/** A field's value; null where the field does not exist. */
type Value = string | null;

interface Hash {
  /** How many transactions had been handed over before the first of these fields was remembered. */
  since: number;
  fields: Map<string, Value>;
}

/**
 * The hash fields that transactions of this worker have written lately, with their values after the commits of all transactions that were
 * handed over. Some of these may never be committed, and other workers write, too: the commit of each reader checks the value.
 *
 * A field is remembered only if transactions read fields of its name. Memory is bounded by two generations: to find the oldest key of one
 * map would mean to step over all that were deleted before.
 */
export class WrittenFields {
  private young = new Map<string, Hash>();
  private old = new Map<string, Hash>();
  /** The number of fields of the young generation, and when it began. */
  private count = 0;
  private began = performance.now();
  private handedOver = 0;
  private readonly readNames = new RecentNames(NAMES_REMEMBERED);

  /** Fields of these names are read: from now on they are remembered when they are written. */
  expect(names: readonly string[]): void {
    for (const name of names) this.readNames.add(name);
    this.forgetOld();
  }

  /**
   * The answer to a read.
   *
   * @param reply of Redis; undefined where Redis was not asked
   * @returns `reply` where no field is remembered; undefined where Redis must be asked
   */
  answer({ command, key, args }: ReadCommand, reply: unknown): unknown {
    if (command === 'HGET') {
      const value = this.get(key, args[0] as string);
      return value === undefined ? reply : value;
    }
    return command === 'HMGET' ? this.valuesOf(key, args, reply as readonly unknown[] | undefined) : reply;
  }

  /**
   * A transaction is handed over to its commit.
   *
   * @returns its number, for {@link takeBack}
   */
  handOver(writes: readonly BufferedWrite[]): number {
    if (writes.length > 0) this.forgetOld();
    this.handedOver += 1;
    for (const write of writes) this.apply(write);
    return this.handedOver;
  }

  /**
   * A transaction was not committed: its reads were wrong, or its writes are not there. The fields of these hashes are forgotten, since
   * later transactions may rest on them; but not those of a hash that was forgotten and remembered anew since.
   */
  takeBack(number: number, reads: readonly ReadCommand[], writes: readonly BufferedWrite[]): void {
    for (const { key } of [...reads, ...writes]) {
      const since = this.old.get(key)?.since ?? this.young.get(key)?.since;
      if (since !== undefined && since < number) this.forget(key);
    }
  }

  private valuesOf(key: string, names: readonly string[], reply: readonly unknown[] | undefined): unknown {
    let values: unknown[] | undefined;
    for (let place = 0; place < names.length; place += 1) {
      const value = this.get(key, names[place] as string);
      if (value !== undefined) (values ??= reply ? [...reply] : [])[place] = value;
      else if (!reply) return undefined;
    }
    return values ?? reply;
  }

  private get(key: string, name: string): Value | undefined {
    const value = this.young.get(key)?.fields.get(name);
    return value === undefined ? this.old.get(key)?.fields.get(name) : value;
  }

  private apply({ command, key, args }: BufferedWrite): void {
    switch (command) {
      case 'HSET':
        for (let place = 0; place < args.length; place += 2)
          this.set(key, args[place] as string, args[place + 1] ?? '');
        return;
      case 'HDEL':
        for (const name of args) this.set(key, name, null);
        return;
      case 'HINCRBY':
        this.forgetField(key, args[0] as string);
        return;
      case 'PEXPIRE':
        if (Number(args[0]) <= 3 * REMEMBERED_MS) this.forget(key);
        return;
      case 'DEL':
      case 'SET':
        this.forget(key);
    }
  }

  private set(key: string, name: string, value: Value): void {
    if (!this.readNames.has(name)) return;
    if (value !== null && (value.length > MAX_VALUE_LENGTH || HALF_CHARACTER.test(value))) {
      this.forgetField(key, name);
      return;
    }
    if (this.count >= REMEMBERED) this.age();
    let hash = this.young.get(key);
    if (!hash) this.young.set(key, (hash = { since: this.handedOver - 1, fields: new Map() }));
    const { size } = hash.fields;
    hash.fields.set(name, value);
    this.count += hash.fields.size - size;
  }

  private forgetField(key: string, name: string): void {
    if (this.young.get(key)?.fields.delete(name)) this.count -= 1;
    this.old.get(key)?.fields.delete(name);
  }

  private forget(key: string): void {
    this.count -= this.young.get(key)?.fields.size ?? 0;
    this.young.delete(key);
    this.old.delete(key);
  }

  private forgetOld(): void {
    if (performance.now() - this.began > REMEMBERED_MS) this.age();
  }

  private age(): void {
    const now = performance.now();
    // After a long time without writes, both generations are old.
    this.old = now - this.began > 2 * REMEMBERED_MS ? new Map<string, Hash>() : this.young;
    this.young = new Map();
    this.count = 0;
    this.began = now;
  }
}
