import { BEGINNING, type Channel } from './channel.js';

/**
 * Every key that this library uses, in one place. Where streams have partitions, each partition has a keyspace of its
 * own, whose prefix is a hash tag: `{ecommerce:0}`, so that all its keys are in one slot of a Redis Cluster.
 */
export class Keyspace {
  private readonly streams: Names;
  private readonly ofServices: Names;

  /**
   * @param prefix of every key, without colon: `ecommerce`
   * @param state under which the service has its own keys: `inventory` gives `ecommerce:inventory:…`
   * @param statePrefix of the service's own keys, if it is not the partition's
   */
  constructor(
    readonly prefix: string,
    state: string,
    statePrefix = prefix,
  ) {
    this.streams = new Names(`${prefix}:`);
    this.ofServices = new Names(`${statePrefix}:${state}:`);
  }

  /** `ecommerce:orders` */
  stream(name: string): string {
    return this.streams.of(name);
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
   *
   * @param start after which entry the group begins where it is new
   */
  channel(name: string, group: string, start = BEGINNING): Channel {
    return { key: this.stream(name), notes: `${this.stream(name)}:${group}:deliveries`, isReplay: false, start };
  }

  /** Dead letters of the stream that come back to one group. */
  replays(name: string, group: string): Channel {
    const key = `${this.stream(name)}:${group}:replays`;
    return { key, notes: `${key}:deliveries`, isReplay: true, start: BEGINNING };
  }

  /** A list: the events of one key that wait, for one handler, until the first of them is replayed or discarded. */
  parked(name: string, group: string, handler: string, partitionKey: string): string {
    return `${this.stream(name)}:${group}:parked:${handler}|${partitionKey}`;
  }

  /** A hash: what was answered to the last batches of one producer. */
  producer(id: string): string {
    return `${this.prefix}:producers:${id}`;
  }

  /** A hash: the key of each subject whose personal data was published. Who reads it reads what is encrypted. */
  subjectKeys(): string {
    return `${this.prefix}:subjects:keys`;
  }

  /** A hash: which subjects were forgotten, by whom, when and why. */
  forgottenSubjects(): string {
    return `${this.prefix}:subjects:forgotten`;
  }

  /** A string: the entry id that an idempotency key was first published with. */
  published(name: string, idempotencyKey: string): string {
    return `${this.stream(name)}:published:${idempotencyKey}`;
  }

  /** A string: which process trims the stream in the background, of those that have the same `source`. */
  trimmer(name: string, source: string): string {
    return `${this.stream(name)}:trimmer:${source}`;
  }

  /** A stream: what operators have done by a console, as it notes that. */
  operatorActions(): string {
    return `${this.prefix}:console:actions`;
  }

  /** Fits every stream's key, and others. */
  get streamPattern(): string {
    return `${this.prefix.replace(/[*?[\]\\]/g, String.raw`\$&`)}:*`;
  }

  /** The name of the stream that a key is of, without prefix; null for dead letters, replays and foreign keys. */
  streamOf(key: string): string | null {
    const name = key.startsWith(`${this.prefix}:`) ? key.slice(this.prefix.length + 1) : '';
    return name === '' || name.includes(':') ? null : name;
  }

  /** `ecommerce:inventory:stock` */
  ofService(key: string): string {
    return this.ofServices.of(key);
  }

  /** A string: how many partitions the streams of this prefix have. */
  partitionCount(): string {
    return `${this.prefix}:partitions:count`;
  }

  /** A string: the layout of what is under this prefix, see `LAYOUT_VERSION`. */
  layoutVersion(): string {
    return `${this.prefix}:layout:version`;
  }

  /** A hash, by worker: until when it counts as alive, and which partitions it owns. */
  workers(group: string): string {
    return `${this.prefix}:workers:${group}`;
  }

  /** A hash, by stream: after which entry a group has begun; only of groups that did not begin at the beginning. */
  starts(group: string): string {
    return `${this.prefix}:starts:${group}`;
  }

  /** A hash: when the workers of a group were seen, and when one of them has last looked for what others have left. */
  watch(group: string): string {
    return `${this.prefix}:watch:${group}`;
  }

  /** A hash, of a partition: which worker of a group owns it, until when, and how many owners it has had. */
  lease(group: string): string {
    return `${this.prefix}:leases:${group}`;
  }
}

/** Keys with a prefix. The last one is kept: most calls want the same again, and a new text would be hashed again in each look-up. */
class Names {
  private name = '';
  private key: string;

  constructor(private readonly prefix: string) {
    this.key = prefix;
  }

  of(name: string): string {
    if (name !== this.name) {
      this.name = name;
      this.key = this.prefix + name;
    }
    return this.key;
  }
}
