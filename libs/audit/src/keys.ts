import { GROUPS, READ_MODELS, STREAMS } from '@shop/contracts';
import { Keyspace } from 'nestjs-event-streams';

/** A stream of the shop, without prefix. */
export type StreamName = (typeof STREAMS)[number];

/** A read model of the processor that the audit recomputes. */
export type ReadModelName = Exclude<keyof typeof READ_MODELS, 'order'>;

export const READ_MODEL_NAMES = [
  'ordersByState',
  'revenueByCurrency',
  'unitsSoldBySku',
  'stockBySku',
  'shipmentsByCarrier',
] as const satisfies readonly ReadModelName[];

/** Which groups of the shop read which stream. */
export const READERS: Readonly<Record<StreamName, readonly string[]>> = {
  orders: [GROUPS.payment, GROUPS.inventory, GROUPS.shipping, GROUPS.processor],
  payments: [GROUPS.inventory, GROUPS.processor],
  inventory: [GROUPS.shipping, GROUPS.processor],
  shipments: [GROUPS.processor],
};

/** `ecommerce:orders` */
export function streamKey(prefix: string, stream: StreamName): string {
  return new Keyspace(prefix, '').stream(stream);
}

/** `ecommerce:orders:dead-letters` */
export function deadLettersKey(prefix: string, stream: StreamName): string {
  return new Keyspace(prefix, '').deadLetters(stream);
}

/** Where dead letters of the stream come back to a group, until they are handled: `ecommerce:orders:payment_service:replays` */
export function replaysKey(prefix: string, stream: StreamName, group: string): string {
  return new Keyspace(prefix, '').replays(stream, group).key;
}

/** What was replayed and discarded of the dead letters: `ecommerce:orders:dead-letters:history` */
export function deadLetterHistoryKey(prefix: string, stream: StreamName): string {
  return new Keyspace(prefix, '').deadLetterHistory(stream);
}

/** The set of the ids of accepted orders, each added once its publish was confirmed. */
export function acceptedKey(prefix: string): string {
  return new Keyspace(prefix, 'order').ofService('accepted');
}

/** The set of the `event_id` of each poison entry that the simulation injected. */
export function poisonKey(prefix: string): string {
  return new Keyspace(prefix, 'order').ofService('poison');
}

/** `ecommerce:processor:orders_by_state` */
export function readModelKey(prefix: string, model: ReadModelName): string {
  return new Keyspace(prefix, 'processor').ofService(READ_MODELS[model]);
}
