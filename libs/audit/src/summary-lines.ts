import type { DeadLetterCause } from './dead-letter-causes.js';
import type { AuditSummary } from './summary.js';
import { number, safe } from './text.js';

const LABEL_WIDTH = 14;

/** The summary for people, as lines. */
export function summaryLines(prefix: string, summary: AuditSummary): string[] {
  const { orders, payments, sales, restocks, shipments, ordersPerSecond, revenue, rejected, deadLetters } = summary;
  const isEmpty = orders.placed === 0 && rejected === 0;
  const dead = deadLetters.reduce((total, { count }) => total + count, 0);
  const currencies = Object.entries(revenue).map(([currency, amount]) => money(currency, amount));
  return [
    `The shop with the prefix ${safe(prefix)}${isEmpty ? ': no orders yet' : ''}`,
    line('orders', [number(orders.placed), ...besides(orders)].join(', ')),
    line('payments', `${number(payments.approved)} approved, ${number(payments.declined)} declined`),
    line('sales', `${number(sales.count)} of ${number(sales.units)} units`),
    line('restocks', `${number(restocks.count)} of ${number(restocks.units)} units`),
    line('shipments', [number(shipments), ...latency(summary)].join(', ')),
    ...(ordersPerSecond === null
      ? []
      : [line('throughput', `${rate(ordersPerSecond)} orders a second, until the last shipment`)]),
    line('revenue', currencies.length === 0 ? 'none' : currencies.join(', ')),
    ...(rejected === 0 ? [] : [line('rejected', `${number(rejected)} entries that are not valid events`)]),
    line('dead letters', dead === 0 ? 'none' : number(dead)),
    ...deadLetters.map(causeLine),
  ];
}

function line(label: string, text: string): string {
  return `  ${label.padEnd(LABEL_WIDTH)}${text}`;
}

function besides({ poison, unconfirmed }: AuditSummary['orders']): string[] {
  return [
    ...(poison === 0 ? [] : [`${number(poison)} of them injected as poison`]),
    ...(unconfirmed === 0 ? [] : [`${number(unconfirmed)} of them not confirmed to the customer`]),
  ];
}

function latency({ orderToShipmentMs: times }: AuditSummary): string[] {
  return times === null ? [] : [`${seconds(times.p50)} after the order (p50), ${seconds(times.p99)} (p99)`];
}

function rate(perSecond: number): string {
  return number(perSecond < 10 ? Math.round(perSecond * 10) / 10 : Math.round(perSecond));
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

function causeLine({ stream, group, reason, errorName, count, injected, example }: DeadLetterCause): string {
  const cause = `${reason || 'no reason'}, ${errorName || 'no error'}, ${group} on ${stream}`;
  const notInjected = count - injected;
  if (notInjected === 0) return line('', safe(`${number(count)} × ${cause}, injected`));
  return line('', safe(`${number(count)} × ${cause}, ${number(notInjected)} of them not injected: ${example}`, 200));
}

/** Formats an amount, given in the currency's minor unit. */
function money(currency: string, amount: number): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}
