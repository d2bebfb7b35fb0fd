import { TestShop } from './test-shop.js';

/** A shop that keeps every law: some orders are shipped, some are declined, and there is poison of each kind. */
export function validShop(orders = 12): TestShop {
  const shop = new TestShop();
  for (const sku of ['LMP-0007', 'MUG-0001', 'PEN-0042']) shop.restock(sku, 200);
  for (let index = 0; index < orders; index += 1) {
    const items = [
      { sku: 'MUG-0001', quantity: 1 + (index % 3) },
      { sku: 'LMP-0007', quantity: 2 },
    ].slice(0, 1 + (index % 2));
    if (index % 5 === 4) shop.declinedOrder(items);
    else shop.completeOrder(items);
  }
  shop.restock('MUG-0001', 50);
  injectPoison(shop);
  return shop;
}

function injectPoison(shop: TestShop): void {
  shop.poison.add(shop.addInvalid('orders', "{'order_id':").eventId);
  shop.poison.add(shop.addInvalid('orders', '').eventId);
  shop.poison.add(shop.addInvalid('orders', { order_id: 'not-a-uuid' }).eventId);
  const failing = shop.placeOrder(shop.uuid(), [{ sku: 'PEN-0042', quantity: 1 }]);
  shop.count('ordersByState', 'placed', 1);
  shop.poison.add(failing.eventId);
  shop.addDeadLetter('orders', failing, 'payment_service');
}
