/** @typedef {import('@shop/contracts').OrderPlaced} Order */

const SEED = 20_231_115;

/** So many different orders there are; only the id is another one each time. */
const POOL = 4000;

const WARES = ['Mug', 'Tea pot', 'Plate', 'Bowl', 'Jug', 'Spoon', 'Fork', 'Knife'];
const CITIES = ['Ulm', 'Bonn', 'Kiel', 'Jena'];
const NAMES = ['Ada', 'Alan', 'Grace', 'Edsger', 'Barbara'];

/**
 * A stock of orders that are made before the clock runs: `next` only gives out. An order may be given out again, with
 * another id, after some thousands of others, when Redis has long had it.
 * @param {number} from the number of the first one; it is part of its id, see {@link numberOf}
 * @param {number} to the number after the last one
 */
export function createOrders(from, to) {
  const random = createRandom(SEED + from);
  const pool = Array.from({ length: Math.min(POOL, to - from) }, () => createOrder(random));
  const ids = Array.from({ length: to - from }, (_, index) => createId(random, from + index));
  let given = 0;

  /** @returns {Order | undefined} */
  const next = () => {
    const id = ids[given];
    const order = pool[given % POOL];
    if (id === undefined || order === undefined) return undefined;
    given += 1;
    order.order_id = id;
    return order;
  };
  return {
    next,
    /** @param {number} size */
    nextBatch(size) {
      const batch = [];
      for (let order = next(); order !== undefined; order = next()) {
        batch.push(order);
        if (batch.length === size) break;
      }
      return batch;
    },
  };
}

/** @typedef {ReturnType<typeof createOrders>} Orders */

/**
 * Which order of the run it is.
 * @param {Order} order
 */
export function numberOf(order) {
  return Number.parseInt(order.order_id.slice(24), 16);
}

/**
 * @param {() => number} random
 * @returns {Order}
 */
function createOrder(random) {
  const whole = (/** @type {number} */ below) => Math.floor(random() * below);
  const pick = (/** @type {readonly string[]} */ list) => /** @type {string} */ (list[whole(list.length)]);
  const first = whole(WARES.length);
  const items = [0, 1, 2].map((offset) => {
    const name = /** @type {string} */ (WARES[(first + offset) % WARES.length]);
    return {
      sku: `W-${String((first + offset) % WARES.length)}`,
      name,
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

/**
 * A UUID (version 4) whose last twelve digits are the number.
 * @param {() => number} random
 * @param {number} number
 */
function createId(random, number) {
  const digits = (/** @type {number} */ count) =>
    Math.floor(random() * 16 ** count)
      .toString(16)
      .padStart(count, '0');
  const id = `${digits(8)}-${digits(4)}-4${digits(3)}-a${digits(3)}-${number.toString(16).padStart(12, '0')}`;
  return Buffer.from(id, 'latin1').toString('latin1'); // in one piece, not as the parts it was put together from
}

/**
 * Numbers from 0 to below 1, the same ones for the same seed (mulberry32).
 * @param {number} seed
 */
function createRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
