import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { Retention } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields } from './entries.js';
import { Gate } from './gate.js';
import { noteHandler } from './handlers.js';
import { collectLogs } from './logs.js';
import { notes } from './notes.js';
import { deliverToTheDead } from './redis-state.js';
import { startWorker, type Worker } from './worker.js';

describe('retention', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const idsIn = async (stream: string) => (await redis.client.xrange(stream, '-', '+')).map(([id]) => id);
  const publisher = (prefix: string) => startWorker(redis.url, { prefix, group: null });
  const trim = (worker: Worker, policy: Parameters<Retention['trim']>[1]) =>
    worker.app.get(Retention).trim('notes', policy);

  /** Entries with the ids 1-0, 2-0, … */
  async function fill(stream: string, count: number): Promise<void> {
    const pipeline = redis.client.pipeline();
    for (let number = 1; number <= count; number += 1) pipeline.xadd(stream, `${String(number)}-0`, ...noteFields());
    await pipeline.exec();
  }

  it('trims by length and by age, in steps', async () => {
    await using worker = await publisher('length');
    await fill('length:notes', 1234);
    expect(await trim(worker, { maxLength: 1000 })).toEqual({
      trimmed: 234,
      length: 1000,
      heldBackBy: undefined,
      dropped: {},
    });
    expect((await idsIn('length:notes'))[0]).toBe('235-0');
    // Of 1970, all of them.
    expect(await trim(worker, { maxAgeMs: 3_600_000 })).toMatchObject({ trimmed: 1000, length: 0 });
    await worker.producer.publishAll(notes('a', 3));
    expect(await trim(worker, { maxAgeMs: 3_600_000, maxLength: 3 })).toMatchObject({ trimmed: 0, length: 3 });
  });

  it('keeps what a group was not given yet, what is pending for it, and what another group has still to handle', async () => {
    await using worker = await publisher('keep');
    await fill('keep:notes', 10);
    const group = 'testers'; // which deliverToTheDead makes
    await deliverToTheDead(redis.client, 'keep:notes', 4);
    await redis.client.xgroup('CREATE', 'keep:notes', 'others', '9-0');
    await redis.client.xack('keep:notes', group, '1-0', '2-0', '4-0');
    // Given up to 4-0; 3-0 is pending; the other group is ahead.
    expect(await trim(worker, { maxLength: 0 })).toMatchObject({ trimmed: 2, length: 8, heldBackBy: group });
    expect((await idsIn('keep:notes'))[0]).toBe('3-0');
    await redis.client.xack('keep:notes', group, '3-0');
    expect(await trim(worker, { maxAgeMs: 0 })).toMatchObject({ trimmed: 2, length: 6, heldBackBy: group });
    await redis.client.xgroup('DESTROY', 'keep:notes', group);
    expect(await trim(worker, { maxAgeMs: 0 })).toMatchObject({ trimmed: 5, length: 1, heldBackBy: 'others' });
    await redis.client.xgroup('DESTROY', 'keep:notes', 'others');
    expect(await trim(worker, { maxAgeMs: 0 })).toMatchObject({ trimmed: 1, length: 0, heldBackBy: undefined });
  });

  it('keeps what a group has to get again after its position was set back', async () => {
    await using worker = await publisher('back');
    await fill('back:notes', 10);
    await deliverToTheDead(redis.client, 'back:notes', 8);
    await redis.client.xack('back:notes', 'testers', '1-0', '2-0', '3-0', '4-0', '5-0');
    await redis.client.xgroup('SETID', 'back:notes', 'testers', '2-0');
    expect(await trim(worker, { maxLength: 0 })).toMatchObject({ trimmed: 2, length: 8, heldBackBy: 'testers' });
  });

  it('warns before its hard limit, and then drops what it must, and says what each group lost', async () => {
    await using worker = await publisher('hard');
    const logs = collectLogs();
    const told = () => worker.observations.filter(({ kind }) => kind !== 'handled');
    await fill('hard:notes', 8);
    await deliverToTheDead(redis.client, 'hard:notes', 2);
    await redis.client.xack('hard:notes', 'testers', '1-0');
    await redis.client.xgroup('CREATE', 'hard:notes', 'others', '$');
    const policy = { maxLength: 5, hardMaxLength: 10 };
    expect(await trim(worker, policy)).toMatchObject({ trimmed: 1, length: 7, heldBackBy: 'testers', dropped: {} });
    expect(logs.warnings).toEqual([]);
    for (const number of [9, 10]) await redis.client.xadd('hard:notes', `${String(number)}-0`, ...noteFields());
    for (let look = 0; look < 2; look += 1) {
      expect(await trim(worker, policy)).toMatchObject({ trimmed: 0, length: 9, heldBackBy: 'testers' });
    }
    expect(logs.warnings).toEqual([expect.stringMatching(/^hard:notes has 9 entries, and at 10 .*The group testers/)]);
    expect(logs.errors).toEqual([]);

    for (const number of [11, 12, 13]) await redis.client.xadd('hard:notes', `${String(number)}-0`, ...noteFields());
    expect(await trim(worker, policy)).toMatchObject({ trimmed: 2, length: 10, dropped: { testers: 2 } });
    expect(await idsIn('hard:notes')).toEqual(
      ['4', '5', '6', '7', '8', '9', '10', '11', '12', '13'].map((ms) => `${ms}-0`),
    );
    expect(logs.errors).toEqual([
      expect.stringMatching(/^hard:notes was beyond its hard limit of 10 .* 2 of testers$/),
    ]);
    expect(told()).toMatchObject([
      { kind: 'trimmed', count: 1, dropped: {} },
      { kind: 'retention-warning', length: 9, heldBackBy: 'testers' },
      { kind: 'trimmed', count: 2, dropped: { testers: 2 } },
    ]);
  });

  it('runs in the background beside a worker, which loses nothing by it', async () => {
    const gate = new Gate();
    const seen: number[] = [];
    const handler = noteHandler(async ({ data }) => {
      await gate.pass();
      seen.push(data.number);
    });
    const options = {
      prefix: 'beside',
      retention: { notes: { maxLength: 3 } },
      consumer: { concurrency: 2, readAhead: 5 },
    };
    await using worker = await startWorker(redis.url, options, [handler]);
    await worker.producer.publishAll(notes('a', 20));
    await eventually('it is at work', () => worker.consumer.inFlight > 0);
    expect(await worker.app.get(Retention).trim('notes')).toMatchObject({
      trimmed: 0,
      length: 20,
      heldBackBy: 'testers',
    });
    gate.open();
    await eventually('the rest is trimmed, by itself', async () => (await redis.client.xlen('beside:notes')) === 3);
    expect(seen).toEqual(notes('a', 20).map(({ data }) => data.number));
    expect(worker.observations.some(({ kind }) => kind === 'vanished')).toBe(false);
  });

  it('leaves a stream alone that is not there', async () => {
    await using worker = await publisher('none');
    expect(await trim(worker, { maxLength: 1 })).toEqual({ trimmed: 0, length: 0, heldBackBy: undefined, dropped: {} });
    expect(await redis.client.exists('none:notes')).toBe(0);
  });
});
