import type { Redis } from 'ioredis';
import type { Order } from '../orders.js';
import type { ScenarioName } from '../scenarios.js';

/** Numbers of events, by where they are. */
export type EventCounts = Readonly<Record<string, number>>;

export interface Publisher {
  /** Resolves when Redis has the event. */
  publish(order: Order): Promise<unknown>;
  /** Publishes many events with one call; absent if the contestant cannot. */
  publishBatch?(orders: readonly Order[]): Promise<unknown>;
  /** Whether many callers are simulated by batches instead of a call of `publish` for each. @default false */
  readonly batchesCallers?: boolean;
  close(): Promise<unknown>;
}

export interface Consumer {
  close(): Promise<unknown>;
}

export interface ConsumerSettings {
  /** Must be called for each event, before it is acknowledged. */
  readonly handle: (order: Order) => void;
  /** Whether each event also writes a hash and publishes another event. */
  readonly withEffects: boolean;
}

/** One way to send events over Redis. Each contestant has its own processes and its own Redis. */
export interface Contestant {
  /** For people. */
  readonly title: string;
  /** What exactly is measured, in one sentence. */
  readonly about: string;
  /**
   * The scenarios of the contestant, with about how many events a second it handles. They determine the number of events of a
   * measurement, so that it takes a few seconds. After the first round, the measured rate is used.
   */
  readonly expectedRates: Readonly<Partial<Record<ScenarioName, number>>>;
  /** Whether events reach only consumers that are connected, so that there is no backlog. @default false */
  readonly storesNothing?: boolean;
  openPublisher(url: string): Promise<Publisher>;
  openConsumer(url: string, settings: ConsumerSettings): Promise<Consumer>;
  /** Opens a worker that reads so many empty streams; absent if the contestant cannot. */
  openIdle?(url: string, streams: number): Promise<Consumer>;
  /** How many events Redis holds. Each count must equal the number of published events. */
  stored(redis: Redis): Promise<EventCounts>;
  /** How many events Redis has recorded as handled. Each count must equal the number of events. */
  settled(redis: Redis, withEffects: boolean): Promise<EventCounts>;
}

export const PREFIX = 'bench';
/** The sources of orders and payments in the shop, which consumers check. */
export const ORDERS_SOURCE = 'order_service';
export const PAYMENTS_SOURCE = 'payment_service';

export function hostAndPort(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}
