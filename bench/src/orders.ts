import type { OrderPlaced } from '@shop/contracts';

export type Order = OrderPlaced;

/** Orders that were made before the measurement. They are taken one by one or in batches. */
export interface OrderStock {
  /** The next order; undefined at the end. */
  next(): Order | undefined;
  /** @returns up to `size` orders; fewer at the end */
  nextBatch(size: number): Order[];
}

const SEED = 20_231_115;

/** How many different orders there are. They are reused with other ids. */
const POOL = 4000;

const WARES = ['Mug', 'Tea pot', 'Plate', 'Bowl', 'Jug', 'Spoon', 'Fork', 'Knife'];
const CITIES = ['Ulm', 'Bonn', 'Kiel', 'Jena'];
const NAMES = ['Ada', 'Alan', 'Grace', 'Edsger', 'Barbara'];

type Random = () => number;

/**
 * Makes orders. After {@link POOL} orders, an object is reused with another id. It has been sent to Redis by then.
 *
 * @param from the number of the first order, which is part of its id: see {@link numberOf}
 * @param to the number after that of the last order
 */
export function createOrders(from: number, to: number): OrderStock {
  const random = createRandom(SEED + from);
  const pool = Array.from({ length: Math.min(POOL, to - from) }, () => createOrder(random));
  const ids = Array.from({ length: to - from }, (_, index) => createId(random, from + index));
  let given = 0;

  const next = (): Order | undefined => {
    const id = ids[given];
    const order = pool[given % POOL];
    if (id === undefined || order === undefined) return undefined;
    given += 1;
    order.order_id = id;
    return order;
  };
  return {
    next,
    nextBatch(size) {
      const batch: Order[] = [];
      for (let order = next(); order !== undefined; order = next()) {
        batch.push(order);
        if (batch.length === size) break;
      }
      return batch;
    },
  };
}

/** The number of an order, which is a part of its id. */
export function numberOf(order: Order): number {
  return Number.parseInt(order.order_id.slice(24), 16);
}

function createOrder(random: Random): Order {
  const whole = (below: number) => Math.floor(random() * below);
  const pick = (list: readonly string[]) => list[whole(list.length)] ?? '';
  const first = whole(WARES.length);
  const items = [0, 1, 2].map((offset) => {
    const ware = (first + offset) % WARES.length;
    return {
      sku: `W-${String(ware)}`,
      name: WARES[ware] ?? '',
      quantity: 1 + whole(3),
      unit_price: 200 + whole(4000),
    };
  });
  const name = pick(NAMES);
  return {
    order_id: '',
    customer: { customer_id: createId(random, whole(2 ** 31)), name, email: `${name.toLowerCase()}@mail.org` },
    items,
    currency: 'EUR',
    shipping_address: {
      street: `Elm ${String(1 + whole(99))}`,
      city: pick(CITIES),
      postal_code: '89073',
      country: 'DE',
    },
    total_amount: items.reduce((total, { quantity, unit_price }) => total + quantity * unit_price, 0),
  };
}

/** A UUID (version 4) whose last twelve digits are the number. */
function createId(random: Random, number: number): string {
  const digits = (count: number) =>
    Math.floor(random() * 16 ** count)
      .toString(16)
      .padStart(count, '0');
  const id = `${digits(8)}-${digits(4)}-4${digits(3)}-a${digits(3)}-${number.toString(16).padStart(12, '0')}`;
  return Buffer.from(id, 'latin1').toString('latin1'); // one flat string, not a chain of its parts
}

/** Random numbers in [0, 1), the same for the same seed (mulberry32). */
function createRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
