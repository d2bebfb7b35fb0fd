import type { Redis } from 'ioredis';
import type { Order } from '../orders.js';
import type { ScenarioName } from '../scenarios.js';

/** Numbers of events, each under a name that says where they are. */
export type EventCounts = Readonly<Record<string, number>>;

export interface Publisher {
  /** Resolves when Redis has the event. */
  publish(order: Order): Promise<unknown>;
  /** Many events with one call; absent where there is no such thing. */
  publishBatch?(orders: readonly Order[]): Promise<unknown>;
  /** Many callers are served by batches, not by a call of `publish` for each. */
  readonly batchesCallers?: boolean;
  close(): Promise<unknown>;
}

export interface Consumer {
  close(): Promise<unknown>;
}

export interface ConsumerSettings {
  /** To be called for each event, before it is acknowledged. */
  readonly handle: (order: Order) => void;
  /** Whether each event also writes a hash and publishes another event. */
  readonly withEffects: boolean;
}

/** One way to send events over Redis. Each contestant runs in processes of its own and has a Redis of its own. */
export interface Contestant {
  /** For people. */
  readonly title: string;
  /** What exactly is measured, in one sentence. */
  readonly about: string;
  /**
   * The scenarios it takes part in, with about how many events a second it handles there. The number of events of one
   * measurement follows from it, so that it lasts a few seconds; after the first round the measured rate is taken.
   */
  readonly pace: Readonly<Partial<Record<ScenarioName, number>>>;
  /** Events reach those who listen, or nobody: there is no backlog. */
  readonly keepsNothing?: boolean;
  openPublisher(url: string): Promise<Publisher>;
  openConsumer(url: string, settings: ConsumerSettings): Promise<Consumer>;
  /** A worker that reads so many empty streams; absent where there is no such thing. */
  openIdle?(url: string, streams: number): Promise<Consumer>;
  /** How many events Redis has; each count must be the number of events that were published. */
  stored(redis: Redis): Promise<EventCounts>;
  /** How many events Redis knows as handled for good; each count must be the number of events. */
  settled(redis: Redis, withEffects: boolean): Promise<EventCounts>;
}

export const PREFIX = 'bench';
/** Who publishes orders, and payments, in the shop: readers check it. */
export const ORDERS_SOURCE = 'order_service';
export const PAYMENTS_SOURCE = 'payment_service';

export function hostAndPort(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}
