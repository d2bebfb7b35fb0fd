import { GROUPS, type StreamName } from './names.js';
import { READ_MODELS } from './read-models.js';

/** The events of an app: the app is started with these names, and its Redis user may do this and nothing else. */
export interface ShopService {
  readonly name: string;
  /** The `source` of its events. */
  readonly source: string;
  /** The prefix of its state: `order` gives `ecommerce:order:…`. */
  readonly state: string;
  /** The keys below it that handlers and views use; `*` stands for any text. */
  readonly stateKeys: readonly string[];
  /** Its consumer group, if it handles events. */
  readonly group?: string;
  /** Streams whose events it handles. */
  readonly handles: readonly StreamName[];
  readonly publishes: readonly StreamName[];
}

/** The keys of the order service's state. It has no handlers and writes them by plain commands. */
export const ORDER_STATE = {
  /** Set: the ids of the orders that were confirmed to customers. */
  accepted: 'accepted',
  /** Set: the `event_id`s of the poison entries that the simulation has injected. */
  poison: 'poison',
  /** Hash: Idempotency-Key → its order. */
  idempotencyKeys: 'idempotency-keys',
  /** Counter: how often the simulation was started. */
  simulationRuns: 'simulation_runs',
} as const;

/** Hash: sku → stock, of the inventory service. */
export const STOCK = 'stock';

/** Hash: the first of the two events of an order that a service joins. */
export const orderKey = (orderId: string): string => `order:${orderId}`;

const ANY_ORDER = orderKey('*');

/** The apps that publish or handle events, in the order in which an order goes through them. */
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
