import type { Channel } from './channel.js';

/** Every key that this library uses, in one place. */
export class Keyspace {
  /**
   * @param prefix of every key, without colon: `ecommerce`
   * @param state what the service's own state stands under: `inventory` gives `ecommerce:inventory:…`
   */
  constructor(
    readonly prefix: string,
    private readonly state: string,
  ) {}

  /** `ecommerce:orders` */
  stream(name: string): string {
    return `${this.prefix}:${name}`;
  }

  /** The name of the stream that a key is, or belongs to: `orders` of `ecommerce:orders:payments:replays`. */
  nameOf(key: string): string {
    return key.slice(this.prefix.length + 1).split(':', 1)[0] ?? '';
  }

  /** `ecommerce:orders:dead-letters` */
  deadLetters(name: string): string {
    return `${this.stream(name)}:dead-letters`;
  }

  /** A stream: what was replayed and discarded of the dead letters. */
  deadLetterHistory(name: string): string {
    return `${this.deadLetters(name)}:history`;
  }

  /**
   * The stream as a group reads it. The notes are a hash: for each delivery that is not settled, which handlers are done
   * and which failed how often.
   */
  channel(name: string, group: string): Channel {
    return { key: this.stream(name), notes: `${this.stream(name)}:${group}:deliveries`, isReplay: false };
  }

  /** Dead letters of the stream that come back to one group. */
  replays(name: string, group: string): Channel {
    const key = `${this.stream(name)}:${group}:replays`;
    return { key, notes: `${key}:deliveries`, isReplay: true };
  }

  /** A list: the events of one key that wait, for one handler, until the first of them is replayed or discarded. */
  parked(name: string, group: string, handler: string, partitionKey: string): string {
    return `${this.stream(name)}:${group}:parked:${handler}|${partitionKey}`;
  }

  /** A hash: what was answered to the last batches of one producer. */
  producer(id: string): string {
    return `${this.prefix}:producers:${id}`;
  }

  /** A string: the entry id that an idempotency key was first published with. */
  published(name: string, idempotencyKey: string): string {
    return `${this.stream(name)}:published:${idempotencyKey}`;
  }

  /** `ecommerce:inventory:stock` */
  ofService(key: string): string {
    return `${this.prefix}:${this.state}:${key}`;
  }
}
