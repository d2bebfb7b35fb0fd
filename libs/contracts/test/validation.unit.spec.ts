import { isDeepStrictEqual, inspect } from 'node:util';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import fc from 'fast-check';
import { EventValidationError } from 'nestjs-event-streams/core';
import { validate } from 'nestjs-event-streams/internal';
import { describe, expect, it } from 'vitest';
import {
  InventoryUpdated,
  INVENTORY_REASONS,
  OrderPlaced,
  PAYMENT_METHODS,
  PAYMENT_STATUSES,
  PaymentProcessed,
  ShipmentCreated,
  totalOf,
} from '../src/index.js';

/** The number of payloads for each event. `VALIDATION_RUNS=100000` tries more. */
const numRuns = Number(process.env['VALIDATION_RUNS'] ?? 500);

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const count = fc.integer({ min: 1, max: 1000 });
const currency = fc.constantFrom('EUR', 'USD', 'jpy');
const address = fc.record({ street: text, city: text, postal_code: text, country: fc.constantFrom('DE', 'US', 'fr') });
const line = fc.record({ sku: text, name: text, quantity: count, unit_price: fc.nat() });

const orders = fc
  .record({
    order_id: fc.uuid(),
    customer: fc.record({ customer_id: fc.uuid(), name: text, email: fc.emailAddress() }),
    items: fc.uniqueArray(line, { minLength: 1, maxLength: 5, selector: ({ sku }) => sku }),
    currency,
    shipping_address: address,
  })
  .map((order) => ({ ...order, total_amount: totalOf(order.items) }));

const payments = fc.record(
  {
    payment_id: fc.uuid(),
    order_id: fc.uuid(),
    amount: fc.nat(),
    currency,
    method: fc.constantFrom(...PAYMENT_METHODS),
    status: fc.constantFrom(...PAYMENT_STATUSES),
    decline_reason: text,
  },
  { requiredKeys: ['payment_id', 'order_id', 'amount', 'currency', 'method', 'status'] },
);

const movements = fc.record(
  {
    reason: fc.constantFrom(...INVENTORY_REASONS),
    order_id: fc.uuid(),
    changes: fc.array(fc.record({ sku: text, quantity_change: fc.integer(), stock_level: fc.nat() }), { maxLength: 3 }),
  },
  { requiredKeys: ['reason', 'changes'] },
);

const shipments = fc.record({
  shipment_id: fc.uuid(),
  order_id: fc.uuid(),
  carrier: text,
  tracking_number: text,
  items: fc.array(fc.record({ sku: text, quantity: count }), { minLength: 1, maxLength: 3 }),
  shipping_address: address,
  estimated_delivery: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
});

/** Replaces, adds or removes something anywhere in a payload. */
function mutate(payload: object, steps: readonly number[], value: unknown): object {
  const copy = structuredClone(payload) as Record<string, unknown>;
  let place = copy;
  for (const step of steps) {
    const keys = [...Object.keys(place), 'extra'];
    const key = keys[step % keys.length] ?? 'extra';
    const inner = place[key];
    if (typeof inner === 'object' && inner !== null && step % 3 !== 0) place = inner as Record<string, unknown>;
    else if (step % 7 === 0) Reflect.deleteProperty(place, key);
    else place[key] = value;
  }
  return copy;
}

const wrong = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, '', ' ', 0, -1, 1.5, NaN, true, [], {}, [null], '1', 'a@b', 'EURO', 1n),
  fc.string({ unit: 'binary' }),
  fc.jsonValue({ maxDepth: 2 }),
  fc.anything({ withDate: true, withMap: true, withSet: true, withNullPrototype: true, maxDepth: 1 }),
);
const steps = fc.array(fc.nat({ max: 100 }), { maxLength: 4 });

function outcome(run: () => object): unknown {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof EventValidationError)) return String(error);
    // The error names the path; its cause is what class-transformer or a validator threw.
    return Object.hasOwn(error, 'cause') ? String(error.cause) : error.problems.map(({ message }) => message);
  }
}

function messages(errors: readonly ValidationError[], path = ''): string[] {
  return errors.flatMap(({ property, constraints, children }) => [
    ...Object.values(constraints ?? {}).map((message) => path + message),
    ...messages(children ?? [], `${path}${property}.`),
  ]);
}

const MAX_PROBLEMS = 20;

describe('validation', () => {
  it.each<[string, new () => object, fc.Arbitrary<object>]>([
    ['order_placed', OrderPlaced, orders],
    ['payment_processed', PaymentProcessed, payments],
    ['inventory_updated', InventoryUpdated, movements],
    ['shipment_created', ShipmentCreated, shipments],
  ])('of %s has the same result as class-transformer and class-validator', (_type, target, payloads) => {
    fc.assert(
      fc.property(payloads, fc.boolean(), steps, wrong, (right, isMutated, where, value) => {
        const data = isMutated ? mutate(right, where, value) : right;
        const got = outcome(() => validate(target, data));
        const expected = outcome(() => {
          const instance = plainToInstance(target, data);
          const errors = validateSync(instance, { forbidUnknownValues: true });
          // Of more problems, only the number is reported.
          return errors.length === 0 ? instance : messages(errors).slice(0, MAX_PROBLEMS);
        });
        if (isDeepStrictEqual(got, expected)) return;
        expect(inspect(got, { depth: 9 })).toBe(inspect(expected, { depth: 9 }));
      }),
      { numRuns },
    );
  });
});
