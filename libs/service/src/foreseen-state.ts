import { Injectable } from '@nestjs/common';
import { Keyspace, RedisConnection, type Delivery } from 'nestjs-event-streams';
import { Recent } from './recent.js';

/** Hashes that are remembered at least: those of a second or two at the highest rates. */
const REMEMBERED = 4000;

/** What is foreseen of one hash. */
interface Foreseen {
  /** null where there will be none. */
  fields: Map<string, string | null>;
  /** What was foreseen before has turned out to be wrong. */
  isDoubtful: boolean;
}

/** Fields of a hash that are not known. */
interface Question {
  key: string;
  fields: readonly string[];
  resolve: (values: (string | null)[]) => void;
  reject: (error: unknown) => void;
}

type Fields = Readonly<Record<string, string | number>>;

/** What a handler's run gave back. */
type Done = undefined | Promise<undefined>;

/** Called with the fields' values; what it writes, it writes at once. */
type Use = (values: readonly (string | null)[]) => Done;

/**
 * The service's hashes as they will be when all transactions under way are committed, as far as this process has used
 * them. A transaction rests on what is foreseen instead of reading it, and its commit checks that it came true: that
 * saves the question to Redis, and transactions on one key follow each other in one batch, where those that had read the
 * key would each have to wait for the commit before. When one of them comes to nothing, those that rest on it run again,
 * on what Redis has.
 */
@Injectable()
export class ForeseenState {
  private readonly hashes = new Recent<Foreseen>(REMEMBERED);
  private questions: Question[] = [];

  constructor(
    private readonly redis: RedisConnection,
    private readonly keyspace: Keyspace,
  ) {}

  /**
   * Lets the delivery's transaction rest on fields of a hash. Nothing may come between their values and the writes that
   * follow from them, so these are for `use` to make.
   *
   * @param options.isNew takes what is not known for absent, and asks only when that has turned out to be wrong
   */
  rest(
    delivery: Delivery,
    key: string,
    fields: readonly string[],
    use: Use,
    { isNew = false }: { isNew?: boolean } = {},
  ): Done {
    const hash = this.hashOf(key);
    if (isNew && !hash.isDoubtful) {
      for (const field of fields) if (!hash.fields.has(field)) hash.fields.set(field, null);
    }
    if (!fields.every((field) => hash.fields.has(field))) {
      return this.load(hash, key, fields).then(() => this.rest(delivery, key, fields, use));
    }
    const values = fields.map((field) => hash.fields.get(field) ?? null);
    delivery.transaction
      .expectFields(
        key,
        fields.map((field, index) => [field, values[index] ?? null]),
      )
      .onRollback(() => {
        // Unless that has happened already, and it is known anew.
        if ((this.hashes.get(key) ?? hash) === hash) this.hashes.set(key, { fields: new Map(), isDoubtful: true });
      });
    return use(values);
  }

  /**
   * Sets fields of a hash with the delivery's transaction.
   *
   * @param others fields that no transaction will rest on, and that need not be remembered
   */
  set(delivery: Delivery, key: string, fields: Fields, others: Fields = {}): void {
    delivery.transaction.hset(key, { ...fields, ...others });
    const hash = this.hashOf(key);
    for (const field of Object.keys(fields)) hash.fields.set(field, String(fields[field]));
  }

  /** Deletes a hash with the delivery's transaction. */
  delete(delivery: Delivery, key: string): void {
    delivery.transaction.del(key);
    this.hashes.delete(key);
  }

  private hashOf(key: string): Foreseen {
    let hash = this.hashes.get(key);
    if (!hash) this.hashes.set(key, (hash = { fields: new Map(), isDoubtful: false }));
    return hash;
  }

  private async load(hash: Foreseen, key: string, fields: readonly string[]): Promise<undefined> {
    const unknown = fields.filter((field) => !hash.fields.has(field));
    const values = await this.ask(key, unknown);
    unknown.forEach((field, index) => {
      // Somebody else may have asked, too, and gone on by now.
      if (!hash.fields.has(field)) hash.fields.set(field, values[index] ?? null);
    });
  }

  /** All that is asked for in one turn of the event loop goes in one round trip. */
  private ask(key: string, fields: readonly string[]): Promise<(string | null)[]> {
    return new Promise((resolve, reject) => {
      if (this.questions.push({ key, fields, resolve, reject }) > 1) return;
      setImmediate(() => {
        const asked = this.questions;
        this.questions = [];
        this.answer(asked).catch((error: unknown) => {
          for (const question of asked) question.reject(error);
        });
      });
    });
  }

  private async answer(asked: readonly Question[]): Promise<void> {
    const replies = await this.redis.call((redis) => {
      const pipeline = redis.pipeline();
      for (const { key, fields } of asked) pipeline.hmget(this.keyspace.ofService(key), ...fields);
      return pipeline.exec();
    });
    asked.forEach(({ resolve, reject }, index) => {
      const [error, values] = replies?.[index] ?? [new Error('Redis did not answer')];
      if (error) reject(error);
      else resolve(values as (string | null)[]);
    });
  }
}
