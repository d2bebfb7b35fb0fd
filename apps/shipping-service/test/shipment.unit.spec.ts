import { ShipmentCreated } from '@shop/contracts';
import { validate } from 'nestjs-event-streams/internal';
import { expect, it } from 'vitest';
import { goodsOf, shipmentOf } from '../src/domain/shipment.js';

const id = '3f2b7c1e-6d52-4a7e-9f59-d0f2f0f6f1aa';
const address = { street: 'Weg 1', city: 'Ulm', postal_code: '89073', country: 'DE' };

it('ships the goods of the sale', () => {
  const changes = [
    { sku: 'A', quantity_change: -2, stock_level: 8 },
    { sku: 'B', quantity_change: -1, stock_level: 0 },
  ];
  expect(goodsOf({ reason: 'sale', order_id: id, changes })).toEqual([
    { sku: 'A', quantity: 2 },
    { sku: 'B', quantity: 1 },
  ]);
});

it('is a valid shipment, and always the same', () => {
  const parcel = { orderId: id, items: [{ sku: 'A', quantity: 2 }], address };
  const make = () => shipmentOf(parcel, id, 42, new Date('2026-11-23T10:00:00Z'));
  expect(validate(ShipmentCreated, make())).toMatchObject({
    order_id: id,
    items: parcel.items,
    shipping_address: address,
  });
  expect(make()).toEqual(make());
});
