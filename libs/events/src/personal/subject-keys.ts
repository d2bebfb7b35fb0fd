import { createSecretKey, randomBytes } from 'node:crypto';
import { groupBy } from '../collections/group-by.js';
import { Gatherer } from '../concurrency/gatherer.js';
import type { Keyspace } from '../stream/keys/keyspace.js';
import type { StreamClient } from '../stream/clients/stream-client.js';
import type { SubjectKey } from './sealed-value.js';
import type { Unsealed } from './unsealed.js';

/**
 * How long a process uses a key after it has read it from Redis, in milliseconds. Whoever destroys a key waits as long: then no process
 * uses it any more.
 */
export const KEYS_KEPT_MS = 1000;

/** How many keys a process remembers, and how many it asks for with one command. */
const MAX_KEPT = 10_000;
const MAX_AT_ONCE = 1000;
const KEY_BYTES = 32;

interface Kept {
  key: SubjectKey;
  /** By the clock of `performance.now()`. */
  until: number;
  /** The generation of the connection that it came from: after a failover, the server may not have this key. */
  generation: number;
}

/**
 * Reads the keys of subjects from Redis, and keeps each for a second at most. All that is asked for in one turn of the event loop is one
 * command for each partition.
 */
export class SubjectKeys {
  private readonly kept = new Map<string, Kept>();
  /** Asks for the keys of one partition, by the prefix of its keyspace. */
  private readonly asking = new Map<string, Gatherer<string, ReadonlyMap<string, SubjectKey>>>();

  constructor(private readonly client: StreamClient) {}

  /**
   * Encrypts personal data. The caller must send it at once, in the same turn: the keys are those of the server that the connection leads
   * to now.
   *
   * @returns undefined when it is done already, with keys that were kept
   * @throws RedisUnavailableError, Redis' own error (`ReplyError`) when the keys cannot be read or made
   */
  seal(all: readonly Unsealed[]): Promise<void> | undefined {
    const missing = all.filter((one) => !this.sealKept(one));
    return missing.length === 0 ? undefined : this.sealAsked(all, missing);
  }

  /**
   * The key that decrypts a value.
   *
   * @param number of the key that the value was encrypted with
   * @returns undefined if that key was destroyed
   */
  find(keyspace: Keyspace, subject: string, number: number): SubjectKey | undefined | Promise<SubjectKey | undefined> {
    const known = this.known(keyspace, subject);
    if (known?.number === number) return known;
    return this.ask(keyspace, subject).then((keys) => {
      const key = keys.get(subject);
      return key?.number === number ? key : undefined;
    });
  }

  private sealKept(one: Unsealed): boolean {
    const key = this.client.connection.isReady ? this.known(one.keyspace, one.subject) : undefined;
    if (key) one.seal(key);
    return key !== undefined;
  }

  private async sealAsked(all: readonly Unsealed[], missing: readonly Unsealed[]): Promise<void> {
    const { connection } = this.client;
    let left = missing;
    for (;;) {
      const started = performance.now();
      const { generation } = connection;
      for (const [keyspace, own] of groupBy(left, ({ keyspace }) => keyspace))
        await this.sealIn(keyspace, own, started, generation);
      if (connection.isReady && connection.generation === generation) return;
      // The connection was lost meanwhile: the server that it leads to now may not have these keys.
      left = all;
    }
  }

  private async sealIn(
    keyspace: Keyspace,
    all: readonly Unsealed[],
    started: number,
    generation: number,
  ): Promise<void> {
    for (let first = 0; first < all.length; first += MAX_AT_ONCE) {
      const some = all.slice(first, first + MAX_AT_ONCE);
      const values = some.flatMap(({ subject, comesBack }) => [
        subject,
        randomBytes(KEY_BYTES).toString('base64'),
        comesBack ? '1' : '0',
      ]);
      const replies = await this.client.subjects.keys([keyspace.subjectKeys(), keyspace.forgottenSubjects()], values);
      for (const [index, one] of some.entries()) {
        const key = subjectKeyOf(replies[index]);
        if (key) this.keep(keyspace, one.subject, { key, until: started + KEYS_KEPT_MS, generation });
        one.seal(key);
      }
    }
  }

  private known(keyspace: Keyspace, subject: string): SubjectKey | undefined {
    const kept = this.kept.get(nameOf(keyspace, subject));
    if (kept?.generation !== this.client.connection.generation) return undefined;
    return performance.now() < kept.until ? kept.key : undefined;
  }

  private ask(keyspace: Keyspace, subject: string): Promise<ReadonlyMap<string, SubjectKey>> {
    let asking = this.asking.get(keyspace.prefix);
    if (!asking) {
      asking = new Gatherer((subjects) => this.fetch(keyspace, [...new Set(subjects)]));
      this.asking.set(keyspace.prefix, asking);
    }
    return asking.add(subject);
  }

  private async fetch(keyspace: Keyspace, subjects: readonly string[]): Promise<ReadonlyMap<string, SubjectKey>> {
    const found = new Map<string, SubjectKey>();
    for (let first = 0; first < subjects.length; first += MAX_AT_ONCE) {
      const some = subjects.slice(first, first + MAX_AT_ONCE);
      const started = performance.now();
      const { generation } = this.client.connection;
      const values = await this.client.reads.hashFields(keyspace.subjectKeys(), some);
      for (const [index, subject] of some.entries()) {
        const key = subjectKeyOf(values[index]);
        if (!key) continue;
        found.set(subject, key);
        this.keep(keyspace, subject, { key, until: started + KEYS_KEPT_MS, generation });
      }
    }
    return found;
  }

  private keep(keyspace: Keyspace, subject: string, kept: Kept): void {
    const name = nameOf(keyspace, subject);
    // In the order of their times, so that those whose time is over come first.
    this.kept.delete(name);
    this.kept.set(name, kept);
    const now = performance.now();
    for (const [oldest, { until }] of this.kept) {
      if (until > now && this.kept.size <= MAX_KEPT) return;
      this.kept.delete(oldest);
    }
  }
}

function nameOf({ prefix }: Keyspace, subject: string): string {
  return `${prefix} ${subject}`;
}

/** @param value as the hash has it: `1:` and the key in Base64. @returns undefined if it has another form */
function subjectKeyOf(value: string | null | undefined): SubjectKey | undefined {
  const colon = value?.indexOf(':') ?? -1;
  if (value === null || value === undefined || colon < 1) return undefined;
  const number = Number(value.slice(0, colon));
  const bytes = Buffer.from(value.slice(colon + 1), 'base64');
  return Number.isSafeInteger(number) && bytes.length === KEY_BYTES
    ? { number, key: createSecretKey(bytes) }
    : undefined;
}
