// What single steps of an event's way cost, on the built library: npm run build && npm run bench:micro
// For figures that mean something: taskset -c 1 npm run bench:micro
import { randomUUID } from 'node:crypto';
import { OrderPlaced } from '@shop/contracts';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { validate } from 'nestjs-event-streams';

const ROUNDS = 60;
const ROUND_MS = 20;

const line = (sku, quantity, unit_price) => ({ sku, name: `Name of ${sku}`, quantity, unit_price });

/** As it comes from a stream: from JSON, no two alike. */
const orders = Array.from({ length: 256 }, (_, index) => {
  const items = [line('SKU-1', 2, 1999), line('SKU-2', 1, 499), line('SKU-3', 10, 99)];
  const order = {
    order_id: randomUUID(),
    customer: { customer_id: randomUUID(), name: 'Ada Lovelace', email: `ada.${index}@example.com` },
    items,
    currency: 'EUR',
    total_amount: items.reduce((total, { quantity, unit_price }) => total + quantity * unit_price, 0),
    shipping_address: { street: '1 Main Street', city: 'Berlin', postal_code: '10115', country: 'DE' },
  };
  return JSON.parse(JSON.stringify(order));
});

const steps = {
  'validate: class-transformer and class-validator': (order) => {
    const instance = plainToInstance(OrderPlaced, order);
    if (validateSync(instance, { forbidUnknownValues: true }).length > 0) throw new Error('not valid');
    return instance;
  },
  'validate: compiled': (order) => validate(OrderPlaced, order),
};

/** Nanoseconds for each call, of every round: other work on the machine disturbs some rounds, the median stays. */
function measure(step) {
  let kept;
  const round = (calls) => {
    const start = process.hrtime.bigint();
    for (let call = 0; call < calls; call++) kept = step(orders[call % orders.length]);
    return Number(process.hrtime.bigint() - start) / calls;
  };
  for (let warm = 0; warm < 20; warm++) round(1000);
  const calls = Math.max(1, Math.round((ROUND_MS * 1e6) / round(1000)));
  const rounds = Array.from({ length: ROUNDS }, () => round(calls)).sort((a, b) => a - b);
  if (kept === undefined) throw new Error('A step gave nothing');
  return { fastest: rounds[0], median: rounds[ROUNDS / 2] };
}

const ns = (value) => `${value.toFixed(0)} ns`.padStart(10);

console.log(`An order of three items, ${JSON.stringify(orders[0]).length} bytes; Node.js ${process.version}`);
console.log(`${'step'.padEnd(50)}${'median'.padStart(10)}${'fastest'.padStart(10)}`);
for (const [name, step] of Object.entries(steps)) {
  const { median, fastest } = measure(step);
  console.log(`${name.padEnd(50)}${ns(median)}${ns(fastest)}`);
}
