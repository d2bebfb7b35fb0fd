import { freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields } from '../../events/test/entries.js';
import { callsOf, deliverToTheDead } from '../../events/test/redis-state.js';
import { runCli, startCli } from './command-line.js';

interface LookRow {
  streams: { name: string; length: number; ratePerSecond: number; groups: Record<string, unknown>[] }[];
}

describe('watching by the command line', () => {
  let redis: TestRedis;
  let env: Record<string, string>;
  let ids: (string | null)[];
  beforeAll(async () => {
    redis = await freshRedis();
    env = { REDIS_URL: redis.url, EVENTS_PREFIX: 'test' };
    const { client } = redis;
    ids = [];
    for (let number = 0; number < 5; number += 1) {
      const fields = noteFields({ partition_key: String(number % 2), correlation_id: `c${String(number)}` });
      ids.push(await client.xadd('test:notes', '*', ...fields));
    }
    await client.xadd('test:files', '*', ...noteFields({ event_type: 'note_filed' }));
    await deliverToTheDead(client, 'test:notes', 2);
    // Neither is a stream of events.
    await client.xadd('test:notes:dead-letters', '*', 'any', 'thing');
    await client.set('test:other', 'text');
  });
  afterAll(() => redis.stop());

  it('monitors once: streams, groups, consumers', async () => {
    const { code, stdout } = await runCli(['monitor', '--once', '--interval', '100ms'], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/test on 127\.0\.0\.1:\d+ {2}2 streams, 1 group/);
    expect(stdout).toMatch(/^notes +5 +– +1$/m);
    expect(stdout).toMatch(/^ {2}testers +– +3 +\S+ +2 +\S+$/m);
    expect(stdout).toMatch(/^ {4}dead +2 +\S+$/m);
    expect(stdout).not.toContain('\u001b');

    const json = await runCli(['monitor', 'notes', '--once', '--json', '--interval', '100ms'], { env });
    const [row, ...more] = json.rows<LookRow>();
    expect(more).toEqual([]);
    expect(row?.streams).toMatchObject([
      { name: 'notes', length: 5, ratePerSecond: 0, deadLetters: 1, groups: [{ name: 'testers', lag: 3, pending: 2 }] },
    ]);
  });

  it('refuses data of another version, and says what to do', async () => {
    await redis.client.set('earlier:partitions:count', '1');
    const { code, stdout, stderr } = await runCli(['lag', '--prefix', 'earlier'], { env });
    expect(stderr).toBe(
      'Expected layout 1 of the data of earlier in Redis (key earlier:layout:version), got none, since an earlier version has ' +
        'written it. Either start the version of nestjs-event-streams that has written it. Or let that version handle what is ' +
        'open, stop all applications of earlier, and begin with another prefix or with an empty Redis\n',
    );
    expect(stdout).toBe('');
    expect(code).toBe(1);
    expect(await redis.client.exists('earlier:layout:version')).toBe(0);
  });

  it('continues to monitor after an outage of Redis', async () => {
    await using own = await freshRedis();
    await own.client.xadd('test:notes', '*', ...noteFields());
    const surroundings = { env: { ...env, REDIS_URL: own.url } };
    await using cli = startCli(['monitor', '--json', '--interval', '100ms'], surroundings);
    await cli.shows('"length":1');
    await own.restart();
    await own.client.xadd('test:notes', '*', ...noteFields());
    await cli.shows('"length":2');
    const { code, stderr } = await cli.end('SIGINT');
    expect(stderr).toMatch(/is unavailable .*\n.* is available again after/);
    expect(code).toBe(0);
  });

  it('lists groups and consumers', async () => {
    const { code, stdout } = await runCli(['groups', '--consumers'], { env });
    expect(code).toBe(0);
    expect(stdout).toContain(ids[1]);
    expect(stdout).toMatch(/^testers +notes +1 +3 /m);
    expect(stdout).toMatch(/^ {2}dead +2 +seen /m);
    const [row] = (await runCli(['groups', 'test:notes', '--json'], { env })).rows();
    expect(row).toMatchObject({ stream: 'notes', group: 'testers', lag: 3, pending: 2, lastDeliveredId: ids[1] });
    expect((await runCli(['groups', 'files'], { env })).stdout).toBe('No groups.\n');
  });

  it.each([
    [['lag'], 0],
    [['lag', 'notes', '--max-events', '3'], 0],
    [['lag', 'notes', '--max-events', '2'], 1],
    [['lag', '--max-seconds', '86400'], 0],
    [['lag', '--max-seconds', '0.001'], 1],
    [['lag', '--max-pending-seconds', '0.001'], 1],
    [['lag', '--group', 'nobody'], 1],
    [['lag', 'nothing'], 1],
    [['lag', '--max-events', 'two'], 2],
  ])('%j exits with %d', async (args, expected) => {
    expect((await runCli(args, { env })).code).toBe(expected);
  });

  it('says which limit a group is above; a lag that Redis does not know counts as above', async () => {
    const [row] = (await runCli(['lag', '--max-events', '2', '--json'], { env })).rows();
    expect(row).toMatchObject({ stream: 'notes', group: 'testers', lag: 3, above: ['events'] });
    await redis.client.xadd('unknown:notes', '*', ...noteFields());
    const middle = await redis.client.xadd('unknown:notes', '*', ...noteFields());
    await redis.client.xadd('unknown:notes', '*', ...noteFields());
    await redis.client.xgroup('CREATE', 'unknown:notes', 'middle', middle ?? '');
    const unknown = await runCli(['lag', '--prefix', 'unknown', '--max-events', '9'], { env });
    expect(unknown.code).toBe(1);
    expect(unknown.stdout).toMatch(/middle +notes +\? .*above max-events/);
  });

  it('shows the latest events, and events from a place or time on, filtered', async () => {
    const idsOf = async (...args: string[]) =>
      (await runCli(['tail', 'notes', '--no-follow', '--json', ...args], { env })).rows().map(({ id }) => id);
    expect(await idsOf('-n', '2')).toEqual(ids.slice(-2));
    expect(await idsOf('--from', 'start')).toEqual(ids);
    expect(await idsOf('--from', ids[3] ?? '')).toEqual(ids.slice(3));
    expect(await idsOf('--from', '1h', '--key', '1')).toEqual([ids[1], ids[3]]);
    expect(await idsOf('--from', '2020-01-01T00:00:00Z', '--count', '2')).toEqual(ids.slice(0, 2));
    expect(await idsOf('--correlation', 'c4')).toEqual([ids[4]]);
    expect(await idsOf('--type', 'note_filed')).toEqual([]);
    const { stdout } = await runCli(['tail', '--no-follow', '--type', 'note_filed'], { env });
    expect(stdout).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} {2}files {2}\S+ {2}note_filed {2}\{"topic":"foreign","number":0\}\n$/,
    );
    expect((await runCli(['tail', '--from', 'yesterday'], { env })).code).toBe(2);
  });

  it('follows several streams in order, also if one has many more events', async () => {
    const pipeline = redis.client.pipeline();
    for (let number = 0; number < 1000; number += 1) {
      pipeline.xadd(number % 100 === 0 ? 'order:rare' : 'order:dense', `${String(number + 1)}-0`, ...noteFields());
    }
    await pipeline.exec();
    const result = await runCli(['tail', '--prefix', 'order', '--from', 'start', '--no-follow', '--json'], { env });
    expect(result.rows().map(({ id }) => id)).toEqual(Array.from({ length: 1000 }, (_, n) => `${String(n + 1)}-0`));
  });

  it('continues after the last event when Redis is back, and exits with 0 on Ctrl-C', async () => {
    await using own = await freshRedis({ args: ['--appendfsync', 'always'] });
    await own.client.xadd('test:notes', '*', ...noteFields({ correlation_id: 'before' }));
    await using cli = startCli(['tail'], { env: { ...env, REDIS_URL: own.url } });
    await cli.shows('correlation=before');
    await own.restart();
    await own.client.xadd('test:notes', '*', ...noteFields({ correlation_id: 'after' }));
    await cli.shows('correlation=after');
    const { code, stdout, stderr } = await cli.end('SIGINT');
    expect(code).toBe(0);
    expect(stdout.match(/correlation=/g)).toHaveLength(2);
    expect(stderr).toMatch(/is unavailable .*\n.* is available again after/);
  });

  it('ends silently when nobody reads its output', async () => {
    await using cli = startCli(['tail', '--from', 'start', 'notes'], { env });
    await cli.shows('note_taken');
    cli.process.stdout?.destroy();
    await redis.client.xadd('test:notes', '*', ...noteFields());
    const { code, stderr } = await cli.end();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('reads without commands that could consume events', async () => {
    const before = await callsOf(redis.client, 'xreadgroup');
    const groups = await redis.client.xinfo('GROUPS', 'test:notes');
    for (const args of [
      ['tail', '--no-follow', '--from', 'start'],
      ['monitor', '--once', '--interval', '100ms'],
      ['groups'],
      ['lag'],
    ]) {
      expect((await runCli(args, { env })).code).toBe(0);
    }
    expect(await callsOf(redis.client, 'xreadgroup')).toBe(before);
    expect(await redis.client.xinfo('GROUPS', 'test:notes')).toEqual(groups);
  });
});
