import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { directMonitorOf } from 'nestjs-event-streams/internal';
import { EventsHealthIndicator } from 'nestjs-event-streams/terminus';
import { describe, expect, it } from 'vitest';
import { noteHandler } from './handlers.js';
import { notes } from './notes.js';
import { startWorker } from './worker.js';

const OVER = 60;
const KEY = 'test:notes';

/** A group that has handled `OVER` entries more than Redis will remember after a restart. */
async function loseCount(redis: TestRedis): Promise<void> {
  const { client } = redis;
  let handled = 0;
  await using worker = await startWorker(redis.url, {}, [noteHandler(() => void (handled += 1))]);
  await worker.producer.publishAll(notes('before', 5));
  await eventually('they are handled', () => handled === 5);
  await client.bgrewriteaof();
  await eventually('the file is rewritten', async () =>
    (await client.info('persistence')).includes('aof_rewrite_in_progress:0'),
  );
  await worker.producer.publishAll(notes('after', OVER));
  await eventually('all are handled', () => handled === 5 + OVER);
}

async function lagOfRedis({ client }: TestRedis): Promise<unknown> {
  const [row] = (await client.call('XINFO', 'GROUPS', KEY)) as unknown[][];
  return row?.[row.indexOf('lag') + 1];
}

/** A group that has everything, and that Redis says lags by `OVER`. */
async function restartedFromRewritten(): Promise<TestRedis> {
  const redis = await freshRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  await loseCount(redis);
  await redis.restart();
  if ((await lagOfRedis(redis)) === 0) {
    // Servers after 7.0 keep count; this takes it from them.
    const [last] = await redis.client.xrevrange(KEY, '+', '-', 'COUNT', 1);
    await redis.client.call('XGROUP', 'SETID', KEY, 'testers', last?.[0] ?? '', 'ENTRIESREAD', 5);
  }
  expect(await lagOfRedis(redis)).toBe(OVER);
  return redis;
}

describe('the lag after a restart from a rewritten append-only file', () => {
  it('is what is there, wherever it is asked for, and not what Redis says', async () => {
    await using redis = await restartedFromRewritten();
    await using worker = await startWorker(redis.url, {}, [noteHandler(() => undefined)]);
    const { monitor } = worker;
    const health = worker.app.get(EventsHealthIndicator);
    const look = { streams: [{ stream: 'notes' }] };
    expect(await health.lag()).toEqual({ lag: { status: 'up', notes: { lag: 0, pending: 0 } } });
    expect(await monitor.backlog('notes', 'testers')).toMatchObject({ lag: 0, lagMs: 0 });
    expect(await directMonitorOf(monitor).positions('notes')).toMatchObject([{ lag: 0, entriesRead: 5 + OVER }]);
    expect((await monitor.stream('notes')).groups).toMatchObject([{ lag: 0 }]);
    expect((await directMonitorOf(monitor).survey(look)).streams[0]?.groups).toMatchObject([{ lag: 0 }]);
    await worker.stop();

    // Known from what was seen before: no entry is counted.
    await using watcher = await startWorker(redis.url, { group: null });
    expect(await directMonitorOf(watcher.monitor).positions('notes')).toMatchObject([{ lag: 0 }]);
    await watcher.producer.publishAll(notes('late', 20));
    expect(await directMonitorOf(watcher.monitor).positions('notes')).toMatchObject([{ lag: 20 }]);
    expect(await watcher.monitor.groups('notes')).toMatchObject([{ lag: 20 }]);
    // Counted by who has never seen the group with everything.
    await using newcomer = await startWorker(redis.url, { group: null });
    expect((await directMonitorOf(newcomer.monitor).survey(look)).streams[0]?.groups).toMatchObject([{ lag: 20 }]);
  });

  it('is known of a group that was made anew', async () => {
    await using redis = await restartedFromRewritten();
    await using watcher = await startWorker(redis.url, { group: null });
    expect(await directMonitorOf(watcher.monitor).positions('notes')).toMatchObject([{ lag: 0 }]);
    await redis.client.xgroup('DESTROY', KEY, 'testers');
    await redis.client.xgroup('CREATE', KEY, 'testers', '0');
    expect(await directMonitorOf(watcher.monitor).positions('notes')).toMatchObject([{ lag: 5 + OVER }]);
  });

  it('is never more than the stream has, nor is more counted than a bound', async () => {
    await using redis = await restartedFromRewritten();
    const pipeline = redis.client.pipeline();
    for (let index = 0; index < 1500; index += 1) pipeline.xadd(KEY, '*', 'any', 'x'.repeat(100));
    await pipeline.exec();
    await redis.client.xtrim(KEY, 'MAXLEN', 1500);
    await redis.client.config('RESETSTAT');
    await using watcher = await startWorker(redis.url, { group: null });
    for (let look = 0; look < 5; look += 1) {
      expect(await directMonitorOf(watcher.monitor).positions('notes')).toMatchObject([{ lag: 1500 }]);
    }
    // Counted once, up to a bound, in a few steps; and each look asks for the last entry.
    const stats = await redis.client.info('commandstats');
    const callsOf = (command: string) => Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1]);
    expect(callsOf('xrange')).toBeLessThanOrEqual(1000);
    expect(callsOf('eval_ro')).toBeLessThanOrEqual(5 + 5);
  });
});

describe('the lag of a group whose last entries were deleted', () => {
  it('is 0 when nothing is left to deliver', async () => {
    await using redis = await freshRedis();
    await using watcher = await startWorker(redis.url, { group: null });
    const ids = await watcher.producer.publishAll(notes('a', 3));
    await redis.client.xgroup('CREATE', KEY, 'testers', '0');
    await redis.client.xreadgroup('GROUP', 'testers', 'one', 'COUNT', 2, 'STREAMS', KEY, '>');
    await redis.client.xdel(KEY, ids[2] ?? '');
    expect(await directMonitorOf(watcher.monitor).positions('notes')).toMatchObject([{ lag: 0, pending: 2 }]);
  });
});
