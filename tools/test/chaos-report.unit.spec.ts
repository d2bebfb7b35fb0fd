import { describe, expect, it } from 'vitest';
import type { InjectedFault } from '../src/chaos/inject-faults.js';
import type { Recovery } from '../src/chaos/recovery.js';
import { formatReport, hasPassed, type ChaosResult } from '../src/chaos/report.js';
import type { Action } from '../src/chaos/schedule.js';

const plain = (_style: string, text: string) => text;

function fault(target: string, action: Action, recovery: Recovery, deviation: string | null = null): InjectedFault {
  return { fault: { atMs: 5000, target, action, forMs: 300 }, deviation, recovery };
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
    unexpectedExits: 0,
    accepted: 4321,
    customerOrders: [{ key: 'k', orderId: 'o', entryId: '1-0', attempts: 3, unexpectedAnswer: null }],
    historyProblems: { lost: [], repeated: [], outOfOrder: [], notAsConfirmed: [] },
    lawsKept: true,
    denied: [],
    ...changes,
  };
}

describe('the report of npm run chaos', () => {
  it('shows the faults of each target, the recovery times, and the command that repeats the run', () => {
    const text = formatReport(result(), plain);
    expect(text).toContain('Chaos of 1m 30s, seed 7: 4 faults');
    expect(text).toMatch(/^ {13}killed {2}frozen {2}stopped$/m);
    expect(text).toMatch(/^ {2}processor +2 +0 +0$/m);
    expect(text).toMatch(/^ {2}redis +0 +1 +0$/m);
    expect(text).toMatch(/^ {2}an app was killed +3 {2}1\.20s {2}2\.10s$/m);
    expect(text).toMatch(/^ {2}Redis was frozen +1 {2}0\.25s {2}0\.25s$/m);
    expect(text).not.toContain('Redis was killed');
    expect(text).toMatch(/^ {2}orders accepted +4,321,/m);
    expect(text).toMatch(/^ {2}confirmed +1 of 1 orders .* in 3 attempts$/m);
    expect(text).toContain('Nothing lost, nothing repeated, nothing out of order; every law kept.');
    expect(text).toContain('Again: npm run chaos -- --minutes 1.5 --seed 7 --rate 50 --scale processor=1');
  });

  it('shows what was different from the plan', () => {
    const faults = [
      fault('order', 'stop', 'disturbed', 'did not stop within 12s and was killed'),
      fault('order', 'kill', 'disturbed'),
    ];
    const text = formatReport(result({ faults, unexpectedExits: 3 }), plain);
    expect(text).toContain('5.00s: order did not stop within 12s and was killed');
    expect(text).toContain('2 times another fault began during a recovery, which is not counted below');
    expect(text).toContain('3 times an app exited by itself');
    expect(hasPassed(result({ faults, unexpectedExits: 3 }))).toBe(true);
  });

  it('has passed if there is no problem', () => {
    expect(hasPassed(result())).toBe(true);
  });

  it.each([
    ['lost', { lost: ['order x'] }, /^ {2}lost +1$/m],
    ['repeated', { repeated: ['order x is 2 times in payments 1-0, payments 2-0'] }, /^ {2}repeated +1$/m],
    ['out of order', { outOfOrder: ['payments 1-0 of order x names no cause'] }, /^ {2}out of order +1$/m],
    ['not as confirmed', { notAsConfirmed: ['order x (k) is 0 times in payments, expected 1'] }, /^ {2}not as confirmed +1$/m], // prettier-ignore
  ])('has failed if something is %s, and says what', (what, found, row) => {
    const bad = result({ historyProblems: { lost: [], repeated: [], outOfOrder: [], notAsConfirmed: [], ...found } });
    const text = formatReport(bad, plain);
    expect(hasPassed(bad)).toBe(false);
    expect(text).toMatch(row);
    expect(text).toContain(`  ${what}: ${Object.values(found)[0]?.[0] ?? ''}`);
    expect(text).toContain('Failed: the streams do not hold what customers were told.');
  });

  it('has failed if Redis has denied something, a law is broken, or an app does not recover', () => {
    const denied = ['processor may not xadd (command, lua)'];
    expect(hasPassed(result({ denied }))).toBe(false);
    expect(formatReport(result({ denied }), plain)).toMatch(/^ {2}denied by ACL +1$/m);
    expect(formatReport(result({ denied }), plain)).toContain(`  denied by ACL: ${denied.join()}`);
    expect(formatReport(result({ denied }), plain)).toContain('Failed: Redis has denied commands of the shop.');
    expect(hasPassed(result({ lawsKept: false }))).toBe(false);
    expect(formatReport(result({ lawsKept: false }), plain)).toContain('Failed: the laws are not kept (see above).');
    const never = result({ faults: [fault('order', 'kill', 'never')] });
    expect(hasPassed(never)).toBe(false);
    expect(formatReport(never, plain)).toContain('5.00s: order, killed, was not healthy again within 60s');
  });

  it('lists the first problems, and shows the number of the others', () => {
    const lost = Array.from({ length: 1234 }, (_, index) => `order ${String(index)}`);
    const text = formatReport(
      result({ historyProblems: { lost, repeated: [], outOfOrder: [], notAsConfirmed: [] } }),
      plain,
    );
    expect(text).toContain('lost: order 9\n  … and 1,224 more');
  });
});
