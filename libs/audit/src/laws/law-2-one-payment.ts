import { GROUPS } from '@shop/contracts/facts';
import { byOrder, indexOrders } from './by-order.js';
import type { Law } from './law.js';
import { explainer, idsOf } from './problem.js';

/** Law 2: every order has exactly one payment, of its amount and currency, and every payment has an order. */
export const onePayment: Law = (snapshot) => {
  const { orders, isExempt } = indexOrders(snapshot);
  const explain = explainer(snapshot);
  const payments = byOrder(snapshot.payments);
  const problems: string[] = [];

  for (const [orderId, order] of orders) {
    const own = payments.get(orderId) ?? [];
    if (own.length === 0)
      problems.push(`order ${orderId} has no payment${explain(GROUPS.payment, ['orders', order.id])}`);
    if (own.length > 1) problems.push(`order ${orderId} has ${String(own.length)} payments: ${idsOf(own)}`);
    for (const { id, amount, currency } of own) {
      if (amount === order.amount && currency === order.currency) continue;
      const [paid, due] = [`${String(amount)} ${currency}`, `${String(order.amount)} ${order.currency}`];
      problems.push(`payment ${id} of order ${orderId} is of ${paid}, the order is of ${due}`);
    }
  }
  for (const [orderId, own] of payments) {
    if (orders.has(orderId) || isExempt(orderId)) continue;
    problems.push(`there is a payment of order ${orderId} (${idsOf(own)}), but no such order`);
  }
  return { law: 2, title: 'orders, each with one payment of its amount and currency', checked: orders.size, problems };
};
