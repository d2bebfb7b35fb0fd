import { describe, expect, it } from 'vitest';
import type { DoneFault } from '../src/chaos/perform.js';
import type { Recovery } from '../src/chaos/recovery.js';
import { formatReport, isKept, type ChaosResult } from '../src/chaos/report.js';
import type { Action } from '../src/chaos/schedule.js';

const plain = (_style: string, text: string) => text;

function fault(target: string, action: Action, recovery: Recovery, remark: string | null = null): DoneFault {
  return { fault: { atMs: 5000, target, action, forMs: 300 }, remark, recovery };
}

function result(changes: Partial<ChaosResult> = {}): ChaosResult {
  return {
    run: { seed: 7, durationMs: 90_000, rate: 50, processors: 1 },
    targets: ['order', 'processor', 'redis'],
    faults: [
      fault('order', 'kill', 900),
      fault('processor', 'kill', 1200),
      fault('processor', 'kill', 2100),
      fault('redis', 'freeze', 250),
    ],
    ownStarts: 0,
    accepted: 4321,
    ownOrders: [{ key: 'k', orderId: 'o', entryId: '1-0', attempts: 3, complaint: null }],
    judgment: { lost: [], repeated: [], outOfOrder: [], own: [] },
    lawsKept: true,
    refused: [],
    ...changes,
  };
}

describe('the report of a run', () => {
  it('says what was done to whom, how long recoveries took, and how to do it again', () => {
    const text = formatReport(result(), plain);
    expect(text).toContain('Chaos of 1m 30s, seed 7: 4 faults');
    expect(text).toMatch(/^ {13}killed {2}frozen {2}stopped$/m);
    expect(text).toMatch(/^ {2}processor +2 +0 +0$/m);
    expect(text).toMatch(/^ {2}redis +0 +1 +0$/m);
    expect(text).toMatch(/^ {2}an app was killed +3 {2}1\.20s {2}2\.10s$/m);
    expect(text).toMatch(/^ {2}Redis was frozen +1 {2}0\.25s {2}0\.25s$/m);
    expect(text).not.toContain('Redis was killed');
    expect(text).toMatch(/^ {2}orders accepted +4,321 /m);
    expect(text).toMatch(/^ {2}told by HTTP +1 of 1 orders .* in 3 attempts$/m);
    expect(text).toContain('Nothing lost, nothing repeated, nothing out of order; every law kept.');
    expect(text).toContain('Again: npm run chaos -- --minutes 1.5 --seed 7 --rate 50 --scale processor=1');
  });

  it('tells what went differently than planned', () => {
    const faults = [
      fault('order', 'stop', 'disturbed', 'did not stop within 12s and was killed'),
      fault('order', 'kill', 'disturbed'),
    ];
    const text = formatReport(result({ faults, ownStarts: 3 }), plain);
    expect(text).toContain('5.00s: order did not stop within 12s and was killed');
    expect(text).toContain('2 times another fault fell into a recovery, whose time is left out');
    expect(text).toContain('3 times an app ended by itself');
    expect(isKept(result({ faults, ownStarts: 3 }))).toBe(true);
  });

  it('is good where nothing is broken', () => {
    expect(isKept(result())).toBe(true);
  });

  it.each([
    ['lost', { lost: ['order x'] }, /^ {2}lost +1$/m],
    ['repeated', { repeated: ['order x is 2 times in payments 1-0, payments 2-0'] }, /^ {2}repeated +1$/m],
    ['out of order', { outOfOrder: ['payments 1-0 of order x names no cause'] }, /^ {2}out of order +1$/m],
    ['not as told', { own: ['order x (k) is 0 times in payments, expected 1'] }, /^ {2}not as told +1$/m],
  ])('is bad where something is %s, and says what', (what, found, row) => {
    const bad = result({ judgment: { lost: [], repeated: [], outOfOrder: [], own: [], ...found } });
    const text = formatReport(bad, plain);
    expect(isKept(bad)).toBe(false);
    expect(text).toMatch(row);
    expect(text).toContain(`  ${what}: ${Object.values(found)[0]?.[0] ?? ''}`);
    expect(text).toContain('Broken: the streams do not hold what customers were told.');
  });

  it('is bad where a law is broken, or an app does not recover', () => {
    const refused = ['processor may not xadd (command, lua)'];
    expect(isKept(result({ refused }))).toBe(false);
    expect(formatReport(result({ refused }), plain)).toMatch(/^ {2}refused +1$/m);
    expect(formatReport(result({ refused }), plain)).toContain(`  refused: ${refused.join()}`);
    expect(formatReport(result({ refused }), plain)).toContain('Broken: Redis has refused what the shop does.');
    expect(isKept(result({ lawsKept: false }))).toBe(false);
    expect(formatReport(result({ lawsKept: false }), plain)).toContain('Broken: the laws are not kept (see above).');
    const never = result({ faults: [fault('order', 'kill', 'never')] });
    expect(isKept(never)).toBe(false);
    expect(formatReport(never, plain)).toContain('5.00s: order, killed, was not healthy again within 60s');
  });

  it('shows some of many problems, and counts the rest', () => {
    const lost = Array.from({ length: 1234 }, (_, index) => `order ${String(index)}`);
    const text = formatReport(result({ judgment: { lost, repeated: [], outOfOrder: [], own: [] } }), plain);
    expect(text).toContain('lost: order 9\n  … and 1,224 more');
  });
});
