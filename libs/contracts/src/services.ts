import { GROUPS, type StreamName } from './names.js';
import { READ_MODELS } from './read-models.js';

/** What an app has to do with events: it is started by this, and its Redis user may do this and nothing else. */
export interface ShopService {
  readonly name: string;
  /** The `source` of its events. */
  readonly source: string;
  /** Where it keeps its state: `order` gives `ecommerce:order:…`. */
  readonly state: string;
  /** Keys of its state that handlers and views use, below that; `*` for any text. */
  readonly stateKeys: readonly string[];
  /** Its consumer group, if it handles events. */
  readonly group?: string;
  /** Streams whose events it handles. */
  readonly handles: readonly StreamName[];
  readonly publishes: readonly StreamName[];
}

/** Keys of the order service's state. It has no handlers: it writes them by commands of their own. */
export const ORDER_STATE = {
  /** Set: ids of orders that customers were told are accepted. */
  accepted: 'accepted',
  /** Set: the `event_id` of each poison entry that the simulation injected. */
  poison: 'poison',
  /** Hash: Idempotency-Key → the order that it stands for. */
  idempotencyKeys: 'idempotency-keys',
  /** Counter: how often simulated customers have come. */
  simulationRuns: 'simulation_runs',
} as const;

/** Hash: sku → stock, of the inventory service. */
export const STOCK = 'stock';

/** Hash: what a service that joins an order's events has seen of them. */
export const orderKey = (orderId: string): string => `order:${orderId}`;

const ANY_ORDER = orderKey('*');

/** The apps that have to do with events, in the order in which an order goes through them. */
export const SERVICES = {
  order: {
    name: 'order-service',
    source: 'order_service',
    state: 'order',
    stateKeys: [],
    handles: [],
    publishes: ['orders'],
  },
  payment: {
    name: 'payment-service',
    source: 'payment_service',
    state: 'payment',
    stateKeys: [],
    group: GROUPS.payment,
    handles: ['orders'],
    publishes: ['payments'],
  },
  inventory: {
    name: 'inventory-service',
    source: 'inventory_service',
    state: 'inventory',
    stateKeys: [STOCK, ANY_ORDER],
    group: GROUPS.inventory,
    handles: ['orders', 'payments'],
    publishes: ['inventory'],
  },
  shipping: {
    name: 'shipping-service',
    source: 'shipping_service',
    state: 'shipping',
    stateKeys: [ANY_ORDER],
    group: GROUPS.shipping,
    handles: ['orders', 'inventory'],
    publishes: ['shipments'],
  },
  processor: {
    name: 'processor',
    source: 'processor',
    state: 'processor',
    stateKeys: Object.values(READ_MODELS).map((name) => (typeof name === 'string' ? name : name('*'))),
    group: GROUPS.processor,
    handles: ['orders', 'payments', 'inventory', 'shipments'],
    publishes: [],
  },
} as const satisfies Readonly<Record<string, ShopService>>;
