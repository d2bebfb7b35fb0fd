import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatewayFails, gatewayLatencyMs, paymentDecision, Random } from '../src/index.js';

const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('paymentDecision', () => {
  it('is the same each time, and has a reason if and only if it is declined', () => {
    fc.assert(
      fc.property(fc.integer(), fc.uuid(), share, (seed, order_id, declineShare) => {
        const decision = paymentDecision({ seed, order_id, declineShare });
        expect(paymentDecision({ seed, order_id, declineShare })).toEqual(decision);
        expect(['card', 'paypal', 'bank_transfer', 'gift_card']).toContain(decision.method);
        expect('decline_reason' in decision).toBe(decision.status === 'declined');
        if (decision.status === 'declined') expect(decision.decline_reason).toMatch(/^[a-z_]+$/);
      }),
    );
  });

  it('keeps all declines when the share rises; declines nothing at 0 and everything at 1', () => {
    fc.assert(
      fc.property(fc.integer(), fc.uuid(), share, share, (seed, order_id, one, other) => {
        const statusAt = (declineShare: number): string => paymentDecision({ seed, order_id, declineShare }).status;
        expect(statusAt(0)).toBe('approved');
        expect(statusAt(1)).toBe('declined');
        if (statusAt(Math.min(one, other)) === 'declined') expect(statusAt(Math.max(one, other))).toBe('declined');
      }),
    );
  });

  it('has other decisions for another seed', () => {
    const decisions = (seed: number): string[] =>
      Array.from({ length: 100 }, (_, index) => {
        return paymentDecision({ seed, order_id: String(index), declineShare: 0.5 }).status;
      });
    expect(decisions(1)).not.toEqual(decisions(2));
  });

  it('declines the given share, and uses mostly cards', () => {
    const random = Random.of('decisions');
    const count = 20_000;
    const decisions = Array.from({ length: count }, () => {
      return paymentDecision({ seed: 42, order_id: random.uuid(), declineShare: 0.05 });
    });
    const declined = decisions.filter(({ status }) => status === 'declined').length;
    expect(Math.abs(declined / count - 0.05)).toBeLessThan(4 * Math.sqrt((0.05 * 0.95) / count));
    expect(decisions.filter(({ method }) => method === 'card').length / count).toBeCloseTo(0.58, 1);
    expect(new Set(decisions.map(({ method }) => method)).size).toBe(4);
  });
});

describe('gatewayLatencyMs', () => {
  it('has the given median, a heavy tail and a maximum', () => {
    const random = Random.of('latency');
    const latencies = Array.from({ length: 100_000 }, () => gatewayLatencyMs(random, 80)).sort(
      (one, other) => one - other,
    );
    expect((latencies[50_000] ?? NaN) / 80).toBeCloseTo(1, 1);
    expect(latencies[99_000]).toBeGreaterThan(4 * 80);
    expect(latencies.at(-1)).toBeLessThanOrEqual(20 * 80);
    expect(latencies[0]).toBeGreaterThan(0);
  });

  it('is 0 for a median of 0', () => {
    expect(gatewayLatencyMs(Random.of(1), 0)).toBe(0);
  });
});

describe('gatewayFails', () => {
  it('fails the given share of calls', () => {
    const random = Random.of('failures');
    const failures = Array.from({ length: 50_000 }, () => gatewayFails(random, 0.02)).filter(Boolean).length;
    expect(Math.abs(failures / 50_000 - 0.02)).toBeLessThan(4 * Math.sqrt((0.02 * 0.98) / 50_000));
    expect(gatewayFails(random, 0)).toBe(false);
    expect(gatewayFails(random, 1)).toBe(true);
  });
});
