import { describe, expect, it } from 'vitest';
import { readResults, withResults } from '../src/promises/results.js';

const readme = [
  '### Once',
  'Tests (1 passed): [`one`](test/one.int.spec.ts), [`two`](faults/two.fault.spec.ts)',
  '### In order',
  'Tests (none yet): [`three`](test/three.int.spec.ts)',
  '',
  '_Results of never._',
].join('\n');

function file(name: string, ...statuses: string[]) {
  return { name: `/somewhere/libs/events/${name}`, assertionResults: statuses.map((status) => ({ status })) };
}

describe('the results of the promises', () => {
  const reports = [
    {
      testResults: [
        file('test/one.int.spec.ts', 'passed', 'passed'),
        file('test/three.int.spec.ts', 'passed', 'failed'),
      ],
    },
    { testResults: [file('faults/two.fault.spec.ts', 'passed'), { name: '/libs/audit/a.ts', assertionResults: [] }] },
  ];

  it('are written below the promises', () => {
    const { text, missing } = withResults(readme, readResults(reports), new Date(0));
    expect(missing).toEqual([]);
    const [, once, , order, , when] = text.split('\n');
    expect(once).toMatch(/^Tests \(3 passed\): \[`one`/);
    expect(order).toMatch(/^Tests \(1 passed, 1 failed\): \[`three`/);
    expect(when).toBe('_Results of 1970-01-01._');
  });

  it('are reported as missing if no report has them', () => {
    expect(withResults(readme, readResults(reports.slice(1)), new Date(0)).missing).toEqual([
      'test/one.int.spec.ts',
      'test/three.int.spec.ts',
    ]);
  });
});
