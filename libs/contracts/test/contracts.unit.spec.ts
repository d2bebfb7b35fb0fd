import { EventValidationError } from 'nestjs-event-streams/core';
import { validate } from 'nestjs-event-streams/internal';
import { describe, expect, it } from 'vitest';
import { InventoryUpdated, OrderPlaced, PaymentProcessed, ShipmentCreated } from '../src/index.js';

const uuid = '3f2b7c1e-6d52-4a7e-9f59-d0f2f0f6f1aa';
const address = { street: 'Weg 1', city: 'Ulm', postal_code: '89073', country: 'DE' };
const item = { sku: 'A', name: 'a', quantity: 2, unit_price: 150 };
const order = {
  order_id: uuid,
  customer: { customer_id: uuid, name: 'Ada', email: 'ada@example.com' },
  items: [item],
  currency: 'EUR',
  total_amount: 300,
  shipping_address: address,
};
const payment = { payment_id: uuid, order_id: uuid, amount: 300, currency: 'EUR', method: 'card', status: 'approved' };
const change = { sku: 'A', quantity_change: -2, stock_level: 8 };
const sale = { reason: 'sale', order_id: uuid, changes: [change] };
const shipment = {
  shipment_id: uuid,
  order_id: uuid,
  carrier: 'DHL',
  tracking_number: 'X1',
  items: [{ sku: 'A', quantity: 2 }],
  shipping_address: address,
  estimated_delivery: '2026-11-24T12:00:00.000Z',
};

/** The paths of the problems that validation finds. */
function problems(target: new () => object, data: object): string[] {
  try {
    validate(target, data);
    return [];
  } catch (error) {
    if (!(error instanceof EventValidationError)) throw error;
    return [...new Set(error.problems.map(({ path }) => path))];
  }
}

describe('the payloads of version 1.0', () => {
  it.each([
    ['order', OrderPlaced, order],
    ['payment', PaymentProcessed, payment],
    ['declined payment', PaymentProcessed, { ...payment, status: 'declined', decline_reason: 'insufficient_funds' }],
    ['sale', InventoryUpdated, sale],
    [
      'restock',
      InventoryUpdated,
      { reason: 'restock', changes: [{ ...change, quantity_change: 200, stock_level: 208 }] },
    ],
    ['shipment', ShipmentCreated, shipment],
  ])('accept a valid %s', (_name, target, data) => {
    expect(problems(target, data)).toEqual([]);
  });

  it.each<[string, new () => object, object]>([
    ['order_id', OrderPlaced, { ...order, order_id: '42' }],
    ['customer', OrderPlaced, { ...order, customer: undefined }],
    ['customer.email', OrderPlaced, { ...order, customer: { ...order.customer, email: 'x' } }],
    ['customer', OrderPlaced, { ...order, customer: [] }],
    ['customer', OrderPlaced, { ...order, customer: [order.customer] }],
    ['customer.email', OrderPlaced, { ...order, customer: { ...order.customer, email: `${'x'.repeat(320)}@a.io` } }],
    ['shipping_address', OrderPlaced, { ...order, shipping_address: [] }],
    ['items.0.quantity', OrderPlaced, { ...order, items: [{ ...item, quantity: 2 ** 53 }] }],
    ['items.0.quantity', OrderPlaced, { ...order, items: [{ ...item, quantity: 1e200 }] }],
    ['items.0.unit_price', OrderPlaced, { ...order, items: [{ ...item, unit_price: 1e200 }] }],
    ['total_amount', OrderPlaced, { ...order, total_amount: { toString: 1 } }],
    ['items', OrderPlaced, { ...order, items: [] }],
    ['items.0', OrderPlaced, { ...order, items: [null] }],
    ['items', OrderPlaced, { ...order, items: [[]] }],
    ['items', OrderPlaced, { ...order, items: [[item]] }],
    ['items', OrderPlaced, { ...order, items: [item, item], total_amount: 600 }],
    ['items.0.quantity', OrderPlaced, { ...order, items: [{ ...item, quantity: 0 }], total_amount: 0 }],
    ['items.0.unit_price', OrderPlaced, { ...order, items: [{ ...item, unit_price: 1.5 }], total_amount: 3 }],
    ['currency', OrderPlaced, { ...order, currency: 'EURO' }],
    ['total_amount', OrderPlaced, { ...order, total_amount: 301 }],
    ['shipping_address.country', OrderPlaced, { ...order, shipping_address: { ...address, country: 'XX' } }],
    ['amount', PaymentProcessed, { ...payment, amount: -1 }],
    ['amount', PaymentProcessed, { ...payment, amount: 1e200 }],
    ['decline_reason', PaymentProcessed, { ...payment, status: 'declined', decline_reason: 'x'.repeat(201) }],
    ['method', PaymentProcessed, { ...payment, method: 'cash' }],
    ['decline_reason', PaymentProcessed, { ...payment, status: 'declined' }],
    ['order_id', InventoryUpdated, { ...sale, order_id: undefined }],
    ['changes.0.quantity_change', InventoryUpdated, { ...sale, changes: [{ ...change, quantity_change: 0 }] }],
    ['changes.0.stock_level', InventoryUpdated, { ...sale, changes: [{ ...change, stock_level: -1 }] }],
    ['changes.0.stock_level', InventoryUpdated, { ...sale, changes: [{ ...change, stock_level: 1e200 }] }],
    ['changes.0.quantity_change', InventoryUpdated, { ...sale, changes: [{ ...change, quantity_change: -1e200 }] }],
    ['changes', InventoryUpdated, { ...sale, changes: Array.from({ length: 101 }, () => change) }],
    ['changes', InventoryUpdated, { ...sale, changes: [[]] }],
    ['shipping_address', ShipmentCreated, { ...shipment, shipping_address: [] }],
    ['items.0.quantity', ShipmentCreated, { ...shipment, items: [{ sku: 'A', quantity: 1e200 }] }],
    ['tracking_number', ShipmentCreated, { ...shipment, tracking_number: 'x'.repeat(201) }],
    ['items', ShipmentCreated, { ...shipment, items: [] }],
    ['items', ShipmentCreated, { ...shipment, items: [[]] }],
    ['estimated_delivery', ShipmentCreated, { ...shipment, estimated_delivery: 'soon' }],
    ['estimated_delivery', ShipmentCreated, { ...shipment, estimated_delivery: '2026-11-25' }],
    ['estimated_delivery', ShipmentCreated, { ...shipment, estimated_delivery: '2026-02-30T12:00:00Z' }],
  ])('reject a wrong %s', (path, target, data) => {
    expect(problems(target, data)).toContain(path);
  });
});
