import { describe, expect, it } from 'vitest';
import { checkSnapshot } from '../src/audit.js';
import { formatReport, paintFor } from '../src/report.js';
import { TestShop } from './test-shop.js';
import { validShop } from './valid-shop.js';

const ESCAPE = '\u001b';

function reportOf(shop: TestShop): string {
  return formatReport(checkSnapshot(shop.snapshot()));
}

describe('the report', () => {
  it('shows the numbers, a line for each law, and the result', () => {
    const text = reportOf(validShop());
    expect(text).toContain('orders        13, 1 of them injected as poison\n');
    expect(text).toContain('payments      10 approved, 2 declined\n');
    expect(text).toContain('sales         10 of 31 units\n');
    expect(text).toContain('restocks      4 of 650 units\n');
    expect(text).toMatch(/shipments {5}10, \d+\.\d\d s after the order \(p50\), \d+\.\d\d s \(p99\)\n/);
    expect(text).toMatch(/throughput {4}[\d.,]+ orders a second, until the last shipment\n/);
    expect(text).toContain('revenue       €77.50\n');
    expect(text).toContain('rejected      3 entries that are not valid events\n');
    expect(text).toContain('dead letters  13\n');
    expect(text).toContain('1 × exhausted, GatewayError, payment_service on orders, injected\n');
    expect(text).toContain('law 1  kept    12 accepted orders, each once in ecommerce:orders\n');
    expect(text.match(/^law \d {2}kept {4}\d/gm)).toHaveLength(7);
    expect(text).toMatch(/\n\nAll 7 laws kept\.\n$/);
  });

  it('shows ten problems of a law, and how many more there are', () => {
    const shop = validShop();
    for (let count = 0; count < 12; count += 1) shop.accepted.add(shop.uuid());
    shop.count('stockBySku', 'MUG-0001', 1);
    const text = reportOf(shop);
    expect(text.match(/^ {17}order \S+ was accepted/gm)).toHaveLength(10);
    expect(text).toContain('                 … and 2 more\n');
    expect(text).toMatch(/\nlaw 1 {2}BROKEN {2}24 accepted orders/);
    expect(text).toMatch(/\n2 of 7 laws broken\.\n$/);
  });

  it('says that a shop has no orders', () => {
    const text = reportOf(new TestShop());
    expect(text).toContain('The shop with the prefix ecommerce: no orders yet\n');
    expect(text).toContain('All 7 laws kept.');
  });

  it('shows a dead letter that was not injected, with its cause', () => {
    const shop = validShop();
    shop.addInvalid('shipments', { order_id: 'x' });
    expect(reportOf(shop)).toContain(
      '1 × invalid, EventValidationError, ecommerce_processors on shipments, 1 of them not injected: the gateway is down\n',
    );
  });

  it('shows the open work of a shop that is not quiet', () => {
    const shop = validShop();
    shop.leave('orders', 'payment_service', { pending: 2, lag: null });
    const text = reportOf(shop);
    expect(text).toContain('The shop was not quiet. ');
    expect(text).toContain('\n  ecommerce:orders payment_service: 2 pending, some not delivered\n');
  });

  it('formats each currency by its own rules', () => {
    const shop = new TestShop();
    const items = [{ sku: 'MUG-0001', quantity: 3 }];
    for (const currency of ['USD', 'JPY', 'KWD']) shop.pay(shop.order(items, { currency }), items, { currency });
    expect(reportOf(shop)).toMatch(/revenue {7}\$7\.50, ¥750, KWD\s0\.750\n/);
  });

  it('escapes the control characters of events', () => {
    const shop = validShop();
    shop.readModels.stockBySku.set(`${ESCAPE}]0;owned\u0007\n\u202e`, '1');
    const text = reportOf(shop);
    expect(text).toContain('has \\u001b]0;owned\\u0007 \\u202e at 1');
    expect(text).not.toContain(ESCAPE);
  });
});

describe('colours', () => {
  it.each([
    { isTTY: true, env: {}, coloured: true },
    { isTTY: true, env: { NO_COLOR: '' }, coloured: true },
    { isTTY: true, env: { NO_COLOR: '1' }, coloured: false },
    { isTTY: false, env: {}, coloured: false },
  ])('on a terminal: $isTTY, with $env: $coloured', ({ isTTY, env, coloured }) => {
    const text = formatReport(checkSnapshot(validShop().snapshot()), paintFor({ isTTY }, env));
    expect(text.includes(ESCAPE)).toBe(coloured);
  });
});
