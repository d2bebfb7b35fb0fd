import { streamKey } from '../keys.js';
import { byOrder } from './by-order.js';
import type { Law } from './law.js';
import { idsOf } from './problem.js';

/** Law 1: every accepted order is in the stream of orders exactly once, and any other order at most once. */
export const acceptedOnce: Law = (snapshot) => {
  const { prefix, accepted, orders, rejected } = snapshot;
  const key = streamKey(prefix, 'orders');
  const problems: string[] = [];
  const entries = byOrder(orders);
  const rejectedByOrder = new Map(
    rejected.filter(({ stream }) => stream === 'orders').map((entry) => [entry.orderId, entry]),
  );

  for (const orderId of accepted) {
    if (entries.has(orderId)) continue;
    const entry = rejectedByOrder.get(orderId);
    const found = entry ? `only entry ${entry.id}, which is not valid: ${entry.why}` : 'nothing';
    problems.push(`order ${orderId} was accepted, but ${key} holds ${found}`);
  }
  for (const [orderId, copies] of entries) {
    if (copies.length === 1) continue;
    problems.push(`order ${orderId} is ${String(copies.length)} times in ${key}: ${idsOf(copies)}`);
  }
  return { law: 1, title: `accepted orders, each once in ${key}`, checked: accepted.size, problems };
};
