import type { ReadCommand } from '../stream/read-client.js';
import type { BufferedWrite } from './effects.js';
import { RecentNames } from './recent-names.js';

/** How many fields are remembered at least; at most, it is twice as many. */
const REMEMBERED = 4000;
/** How long a field is remembered at least after it was written, in milliseconds; at most, it is three times as long. */
const REMEMBERED_MS = 10_000;
/** Characters of a value that is remembered. */
const MAX_VALUE_LENGTH = 1000;
/** Names of fields that were read; see {@link RecentNames}. */
const NAMES_REMEMBERED = 2000;
/** In a value with a part of a character, Redis has another one. */
const HALF_CHARACTER = /\p{Surrogate}/u;

/** What a field holds; null where it is absent. */
type Value = string | null;

interface Hash {
  /** How many transactions had been handed over before the first of these fields was remembered. */
  since: number;
  fields: Map<string, Value>;
}

/**
 * The fields of hashes that transactions of this worker have written lately, as they will be once all transactions are committed
 * that were handed over. Some of them may never be committed, and other workers write, too: whoever rests on a field has its commit
 * check it.
 *
 * A field is remembered only where transactions read fields of that name. Two generations bound memory: a map from which the oldest
 * key is taken again and again has to step over all that were taken before.
 */
export class WrittenFields {
  private young = new Map<string, Hash>();
  private old = new Map<string, Hash>();
  /** Fields of the young generation, and when it began. */
  private count = 0;
  private began = performance.now();
  private handedOver = 0;
  private readonly readNames = new RecentNames(NAMES_REMEMBERED);

  /** Names of fields that are read: from now on they are remembered where they are written. */
  expect(names: readonly string[]): void {
    for (const name of names) this.readNames.add(name);
    this.forgetOld();
  }

  /**
   * What a read is answered.
   *
   * @param reply Redis' own; undefined where it was not asked
   * @returns the reply where no field is remembered; undefined where Redis must be asked
   */
  answer({ command, key, args }: ReadCommand, reply: unknown): unknown {
    if (command === 'HGET') {
      const value = this.get(key, args[0] as string);
      return value === undefined ? reply : value;
    }
    return command === 'HMGET' ? this.valuesOf(key, args, reply as readonly unknown[] | undefined) : reply;
  }

  /**
   * A transaction is handed to its commit.
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
   * A transaction was not committed: what it has read was wrong, or what it has written is not there. What was remembered of these
   * hashes since then rests on it, and goes, too; but not what was remembered anew after they were forgotten.
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
    // Where nothing was written for long, both generations are old.
    this.old = now - this.began > 2 * REMEMBERED_MS ? new Map<string, Hash>() : this.young;
    this.young = new Map();
    this.count = 0;
    this.began = now;
  }
}
