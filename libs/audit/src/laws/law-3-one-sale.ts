import { GROUPS } from '@shop/contracts/facts';
import { byOrder, indexOrders } from './by-order.js';
import type { Law } from './law.js';
import { explainer, idsOf } from './problem.js';
import { salesOf } from './sales.js';

/** Law 3: every approved payment has exactly one sale, of the order's items; a declined one has none. */
export const oneSale: Law = (snapshot) => {
  const { orders, isExempt } = indexOrders(snapshot);
  const explain = explainer(snapshot);
  const payments = byOrder(snapshot.payments);
  const sales = byOrder(salesOf(snapshot));
  const problems: string[] = [];

  for (const [orderId, paid] of payments) {
    if (isExempt(orderId)) continue;
    const order = orders.get(orderId);
    const own = sales.get(orderId) ?? [];
    const approved = paid.find(({ isApproved }) => isApproved);
    if (!approved) {
      if (own.length > 0)
        problems.push(`the payment of order ${orderId} was declined, but there is a sale: ${idsOf(own)}`);
      continue;
    }
    if (own.length === 0) {
      const why = explain(GROUPS.inventory, ['payments', approved.id], ['orders', order?.id]);
      problems.push(`order ${orderId} is paid (${approved.id}), but has no sale${why}`);
    }
    if (own.length > 1) problems.push(`order ${orderId} has ${String(own.length)} sales: ${idsOf(own)}`);
    for (const { id, items } of own) {
      if (!order || items === order.items) continue;
      problems.push(`sale ${id} of order ${orderId} is of ${items}, the order is of ${order.items}`);
    }
  }
  for (const [orderId, own] of sales) {
    if (payments.has(orderId) || isExempt(orderId)) continue;
    problems.push(`order ${orderId} has a sale (${idsOf(own)}), but no payment`);
  }
  const title = "payments, each with one sale of the order's items if approved, with none if declined";
  return { law: 3, title, checked: snapshot.payments.length, problems };
};
