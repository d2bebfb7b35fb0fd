import { RedisConnection as InternalConnection } from '../connection/redis-connection.js';
import type { Reply } from '../connection/reply.js';
import type { Observation, ObservationKind } from '../model/observation.js';
import { EventsObserver as InternalObserver } from '../observe/events-observer.js';
import { Keyspace as InternalKeyspace } from '../stream/keys/keyspace.js';
import { Partitions as InternalPartitions } from '../stream/keys/partitions.js';

// What users see of classes that do more within the library. NestJS injects the class; only the library makes objects of it.

/**
 * The connection to Redis, for commands of the application's own: such as reading what transactions have written. NestJS injects it.
 * It opens by itself, and again when it was lost. A command is not repeated after a lost reply.
 */
export interface RedisConnection {
  /** Host and port of Redis, never a password. */
  readonly address: string;
  /**
   * Runs one command, such as `command('HGET', key, field)`. Its name is written in capitals.
   *
   * @returns its reply as Redis gives it, with text as strings; `asText`, `asNumber`, … check what it is
   * @throws RedisTimeoutError, RedisUnavailableError when there is no answer within `commandTimeoutMs`: the command may or may not
   * have run
   * @throws ioredis' `ReplyError` when Redis refuses the command
   */
  command(name: string, ...args: (string | number)[]): Promise<Reply>;
}
/** The class that NestJS injects. */
export const RedisConnection: new (...args: never) => RedisConnection = InternalConnection;

/** The names of keys: those of streams, and the service's own. NestJS injects it; with partitions, {@link Partitions} has one for each. */
export interface Keyspace {
  /** Of every key, without colon: `ecommerce`; of a partition `{ecommerce:0}`. */
  readonly prefix: string;
  /** The key of a stream: `ecommerce:orders` */
  stream(name: string): string;
  /** The key of a stream's dead letters: `ecommerce:orders:dead-letters` */
  deadLetters(name: string): string;
  /** A key of the service's own, as `delivery.transaction` has it: `ecommerce:inventory:stock` */
  ofService(key: string): string;
}
/** The class that NestJS injects. */
export const Keyspace: new (...args: never) => Keyspace = InternalKeyspace;

/** The partitions of all streams, by number from 0; without partitions, there is one. NestJS injects it. */
export interface Partitions {
  /** How many there are. */
  readonly count: number;
  /** Each of them, by number. */
  readonly all: readonly Keyspace[];
  /** The partition of this number. @throws RangeError when there is none */
  at(number: number): Keyspace;
  /** The number of the partition where everything of a partition key is. */
  numberOf(partitionKey: string): number;
  /** The partition where everything of a partition key is. */
  of(partitionKey: string): Keyspace;
}
/** The class that NestJS injects. */
export const Partitions: new (...args: never) => Partitions = InternalPartitions;

/** Tells listeners what happens to events: for logs, metrics and tests. NestJS injects it; a worker and an operator have one. */
export interface EventsObserver {
  /**
   * Begins to tell a listener.
   *
   * @param listener is called at once, between two events: what takes long holds them up. What it throws is logged
   * @param kinds what the listener hears of. @default all
   * @returns a function that ends the subscription
   */
  subscribe<K extends ObservationKind = ObservationKind>(
    listener: (observation: Extract<Observation, { kind: K }>) => void,
    kinds?: readonly K[],
  ): () => void;
}
/** The class that NestJS injects. */
export const EventsObserver: new (...args: never) => EventsObserver = InternalObserver;
