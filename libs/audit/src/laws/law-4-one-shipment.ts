import { GROUPS } from '@shop/contracts/facts';
import { byOrder, indexOrders } from './by-order.js';
import type { Law } from './law.js';
import { explainer, idsOf } from './problem.js';
import { salesOf } from './sales.js';

/** Law 4: every sale has exactly one shipment, of the same items, and every shipment has a sale. */
export const oneShipment: Law = (snapshot) => {
  const { orders, isExempt } = indexOrders(snapshot);
  const explain = explainer(snapshot);
  const sales = byOrder(salesOf(snapshot));
  const shipments = byOrder(snapshot.shipments);
  const problems: string[] = [];
  let checked = 0;

  for (const [orderId, sold] of sales) {
    checked += sold.length;
    const [sale] = sold;
    if (!sale || isExempt(orderId)) continue;
    const own = shipments.get(orderId) ?? [];
    if (own.length === 0) {
      const why = explain(GROUPS.shipping, ['inventory', sale.id], ['orders', orders.get(orderId)?.id]);
      problems.push(`order ${orderId} is sold (${sale.id}), but has no shipment${why}`);
    }
    if (own.length > 1) problems.push(`order ${orderId} has ${String(own.length)} shipments: ${idsOf(own)}`);
    for (const { id, items } of own) {
      if (sold.some((candidate) => candidate.items === items)) continue;
      problems.push(`shipment ${id} of order ${orderId} is of ${items}, the sale is of ${sale.items}`);
    }
  }
  for (const [orderId, own] of shipments) {
    if (sales.has(orderId) || isExempt(orderId)) continue;
    problems.push(`order ${orderId} has a shipment (${idsOf(own)}), but no sale`);
  }
  return { law: 4, title: 'sales, each with one shipment of the same items', checked, problems };
};
