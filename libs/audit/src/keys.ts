import { ORDER_STATE, READ_MODELS, SERVICES, type ShopService, type StreamName } from '@shop/contracts/facts';

/** A read model of the processor that the audit recomputes. */
export type ReadModelName = Exclude<keyof typeof READ_MODELS, 'order'>;

export const READ_MODEL_NAMES = [
  'ordersByState',
  'revenueByCurrency',
  'unitsSoldBySku',
  'stockBySku',
  'shipmentsByCarrier',
] as const satisfies readonly ReadModelName[];

/** The groups that read each stream. */
export const READERS: Readonly<Record<StreamName, readonly string[]>> = {
  orders: readersOf('orders'),
  payments: readersOf('payments'),
  inventory: readersOf('inventory'),
  shipments: readersOf('shipments'),
};

function readersOf(stream: StreamName): string[] {
  return Object.values<ShopService>(SERVICES).flatMap(({ handles, group }) =>
    group !== undefined && handles.includes(stream) ? [group] : [],
  );
}

/** `ecommerce:orders` */
export function streamKey(prefix: string, stream: StreamName): string {
  return `${prefix}:${stream}`;
}

/** `ecommerce:orders:dead-letters` */
export function deadLettersKey(prefix: string, stream: StreamName): string {
  return `${streamKey(prefix, stream)}:dead-letters`;
}

/** The replayed dead letters that a group has not settled yet: `ecommerce:orders:payment_service:replays` */
export function replaysKey(prefix: string, stream: StreamName, group: string): string {
  return `${streamKey(prefix, stream)}:${group}:replays`;
}

/** The history of replayed and discarded dead letters: `ecommerce:orders:dead-letters:history` */
export function deadLetterHistoryKey(prefix: string, stream: StreamName): string {
  return `${deadLettersKey(prefix, stream)}:history`;
}

/** The set of the ids of accepted orders. An id is added when its publish is confirmed. */
export function acceptedKey(prefix: string): string {
  return `${prefix}:${SERVICES.order.state}:${ORDER_STATE.accepted}`;
}

/** The set of the `event_id`s of the poison entries that the simulation has injected. */
export function poisonKey(prefix: string): string {
  return `${prefix}:${SERVICES.order.state}:${ORDER_STATE.poison}`;
}

/** `ecommerce:processor:orders_by_state` */
export function readModelKey(prefix: string, model: ReadModelName): string {
  return `${prefix}:${SERVICES.processor.state}:${READ_MODELS[model]}`;
}
