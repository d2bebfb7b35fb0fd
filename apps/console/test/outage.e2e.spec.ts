import { eventually, freshRedis } from '@repo/testing';
import { describe, expect, it } from 'vitest';
import type { Overview } from '../src/contract/overview.js';
import { startConsole } from './console.js';
import { startWorker } from './worker.js';

const PATHS = ['overview', 'streams', 'streams/parcels', 'streams/parcels/entries', 'journeys/any', 'dead-letters'];

describe('the console without Redis', () => {
  it('says so in each answer and on the live feed, and goes on by itself when Redis is back', async () => {
    await using redis = await freshRedis();
    await using worker = await startWorker(redis.url, 'mail', () => undefined);
    await worker.send('ada');
    await using site = await startConsole(redis.url, { EVENTS_PREFIX: 'mail' });
    using feed = site.live();
    const overview = (): Overview | undefined => feed.messages.overview.at(-1);
    await eventually('it is seen', () => overview()?.topology.nodes.some(({ kind }) => kind === 'stream'));

    await redis.server.kill();
    await eventually('the feed says so', () => feed.messages.redis.at(-1)?.isUp === false);
    for (const path of PATHS) {
      const { problem, headers } = await site.ask(`/api/${path}`);
      expect(problem, path).toMatchObject({ statusCode: 503, code: 'redis-away' });
      expect(problem.message).toContain('Redis at 127.0.0.1');
      expect(headers['retry-after']).toBe('2');
    }
    // What needs no Redis goes on.
    expect(await site.get('/api/session')).toMatchObject({ redis: { isUp: false } });
    expect((await site.ask('/api/series')).status).toBe(200);
    expect((await site.ask('/health/live')).status).toBe(200);
    expect((await site.ask('/health')).status).toBe(503);

    await redis.restart();
    await eventually('the feed says so', () => feed.messages.redis.at(-1)?.isUp === true);
    const seen = feed.messages.overview.length;
    await eventually('it goes on', () => feed.messages.overview.length >= seen + 2);
    // Workers come back one after the other: none of them is called gone for that.
    const states = feed.messages.overview.flatMap(({ topology }) =>
      topology.nodes.flatMap((node) => (node.kind === 'consumer' ? [node.state] : [])),
    );
    expect(states).not.toContain('gone');
  });

  it('can start before Redis', async () => {
    await using redis = await freshRedis();
    await redis.server.kill();
    await using site = await startConsole(redis.url);
    using feed = site.live();
    await eventually('it says that Redis is away', () => feed.messages.redis.at(-1)?.isUp === false);
    await redis.restart();
    await eventually('it goes on', () => feed.messages.overview.length > 0);
  });
});
