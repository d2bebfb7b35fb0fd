import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { compiledProgram, eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields } from './entries.js';

/** What would forge a line of the log, turn its text round, or move a terminal's cursor: LF, CR, ESC, C1, bidi, half a pair. */
const FORGED =
  'x\n[Nest] 1  - 01/01/2026, 12:00:00 AM     LOG [EventWorker] all is well\r\u001b[2J\u009b1m\u0085\u2028\u202e\u2066\u200f';
const OBEYED = /[\p{Cc}\p{Bidi_Control}\p{Surrogate}\u2028\u2029]/u;

describe('the log of an application with a logger of its own', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('has no line that an entry has forged, and nothing that a terminal would obey', async () => {
    const child = spawn(process.execPath, [compiledProgram(new URL('fixtures/logging.ts', import.meta.url))], {
      env: { ...process.env, REDIS_URL: redis.url, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const written = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (written.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (written.err += chunk.toString()));
    try {
      const add = (changes: Record<string, string>) => redis.client.xadd('logging:notes', '*', ...noteFields(changes));
      await add({ data: JSON.stringify({ topic: FORGED, number: 0 }) });
      await add({ data: JSON.stringify({ topic: `${FORGED}\ud800`, number: 1 }), partition_key: FORGED });
      await add({ data: JSON.stringify({ topic: 1, [FORGED]: 2, number: FORGED }) });
      await add({ event_type: FORGED });
      await add({ event_id: FORGED, correlation_id: FORGED });
      await add({ version: FORGED });
      await add({ source: FORGED, timestamp: FORGED });
      await add({ data: FORGED });
      await redis.client.xadd('logging:notes', '*', FORGED, FORGED);
      await redis.client.xadd('logging:notes', '*', ...noteFields(), Buffer.from([0x0a, 0xff]), 'x');
      await eventually('all are told', () => written.err.match(/is a dead letter/g)?.length === 10);
      child.kill('SIGTERM');
      await once(child, 'close');
    } finally {
      child.kill('SIGKILL');
    }
    const lines = `${written.out}${written.err}`.split('\n').filter((line) => line !== '');
    const pid = String(child.pid);
    expect(lines.filter((line) => !line.startsWith(`[Nest] ${pid}  - `) && !line.startsWith('  '))).toEqual([]);
    expect(lines.filter((line) => OBEYED.test(line))).toEqual([]);
    expect(lines.filter((line) => line.includes('\\u000a[Nest] 1  - ')).length).toBeGreaterThan(0);
    // Stacks stay stacks.
    expect(written.err).toMatch(/^ {2}Error: x\n {2}\[Nest\] 1 .*\n(?:.*\n)*? {6}at Notes\.onNote \(/m);
  });
});
