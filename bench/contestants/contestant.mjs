/**
 * What every contestant looks like: learn one, know all. Each runs in a process of its own and gets a Redis of its own.
 *
 * @typedef {import('../orders.mjs').Order} Order
 *
 * @typedef {object} Publisher
 * @property {(order: Order) => Promise<unknown>} publish resolves when Redis has the event
 * @property {(orders: readonly Order[]) => Promise<unknown>} [publishBatch] many with one call, where there is such a thing
 * @property {'batches'} [callersBy] how it serves many callers, unless by many calls of `publish`
 * @property {() => Promise<unknown>} close
 *
 * @typedef {object} Consumer
 * @property {() => Promise<unknown>} close
 *
 * @typedef {object} ConsumerSettings
 * @property {(order: Order) => void} handle to be called for each event, before it is acknowledged
 * @property {boolean} withEffects whether each event also writes a hash and publishes another event
 *
 * @typedef {object} Contestant
 * @property {string} title for people
 * @property {string} about what exactly is measured, one sentence
 * @property {Readonly<Partial<Record<import('../scenarios.mjs').ScenarioName, number>>>} pace
 *   what it takes part in, and about how many events a second it does there: from this follows how many one measurement
 *   takes, so that it lasts a few seconds; a wrong number is put right after the first round
 * @property {boolean} [keepsNothing] it has no backlog: events reach those who listen, or nobody
 * @property {(url: string) => Promise<Publisher>} openPublisher
 * @property {(url: string, settings: ConsumerSettings) => Promise<Consumer>} openConsumer
 * @property {(url: string, streams: number) => Promise<Consumer>} [openIdle] a worker that reads so many streams, where there are such
 * @property {(redis: import('ioredis').Redis) => Promise<Readonly<Record<string, number>>>} stored
 *   how many events Redis has, under each name that says where; all must be what was published
 * @property {(redis: import('ioredis').Redis, withEffects: boolean) => Promise<Readonly<Record<string, number>>>} settled
 *   how many events were handled for good, as Redis knows it, under each name that says where; all must be as many
 */

export const PREFIX = 'bench';
/** Who publishes orders, and payments, in the shop: readers check it. */
export const ORDERS_SOURCE = 'order_service';
export const PAYMENTS_SOURCE = 'payment_service';

/** @param {string} url */
export function hostAndPort(url) {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}
