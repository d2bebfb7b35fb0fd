import { eventually } from '@repo/testing';
import { describe, expect, it } from 'vitest';
import { MAX_FEEDS, MAX_OF_ADDRESS, MAX_OF_USER, whyFull } from '../src/live/feed-bounds.js';
import { hashOfNone } from '../src/users/password.js';
import type { User } from '../src/users/users-file.js';
import { END_AFTER_BEATS, messageOf, RENEW_AFTER_BEATS } from '../src/live/live-client.js';
import { feedServer } from './feed-server.js';

const STATE = messageOf('redis', { isUp: true, sinceMs: 0, reason: 'x'.repeat(100_000) });

const open = feedServer();

describe('a live feed', () => {
  it('ends if the client does not read it', async () => {
    const { feed } = await open();
    let isClosed = false;
    feed.onClose(() => (isClosed = true));
    for (let number = 0; number < 300; number += 1) feed.send(STATE);
    for (let beats = 0; beats < 10; beats += 1) feed.beat(3000);
    expect(isClosed).toBe(false);
    await eventually('it has ended', () => {
      feed.beat(3000);
      return isClosed;
    });
    expect(feed.isEnding).toBe(false);
  });

  it('goes on if the client reads slowly', async () => {
    const { feed, response } = await open();
    let [isClosed, read] = [false, 0];
    feed.onClose(() => (isClosed = true));
    response.on('data', (chunk: Buffer) => (read += chunk.length));
    for (let round = 1; round <= 20; round += 1) {
      for (let number = 0; number < 5; number += 1) feed.send(STATE);
      const before = read;
      feed.beat(3000);
      await eventually('some of it is read', () => read > before);
    }
    expect(isClosed).toBe(false);
  });

  it('asks the client to renew it, and ends if the client does not', async () => {
    const { feed, response } = await open();
    let [isClosed, text] = [false, ''];
    feed.onClose(() => (isClosed = true));
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    for (let beats = 1; beats < RENEW_AFTER_BEATS; beats += 1) {
      feed.beat(3000);
      await eventually('it is read', () => text.split('event: beat').length > beats);
    }
    expect([feed.isEnding, text.includes('event: renew')]).toEqual([false, false]);
    feed.beat(3000);
    await eventually('it is asked', () => text.includes('event: renew\ndata: {"withinMs":30000}'));
    // From now on it is in nobody's way.
    expect(feed.isEnding).toBe(true);
    for (let beats = 1; beats < END_AFTER_BEATS; beats += 1) feed.beat(3000);
    expect(isClosed).toBe(false);
    feed.beat(3000);
    await eventually('it has ended', () => isClosed);
  });
});

describe('the number of live feeds', () => {
  const user = (name: string): User => ({ name, role: 'viewer', hash: hashOfNone() });
  const of = (count: number, name: string | null, address: string) =>
    Array.from({ length: count }, () => ({ user: name === null ? null : user(name), address }));

  it('is limited for each address, so that others have room', () => {
    const open = of(MAX_OF_ADDRESS, null, '192.0.2.1');
    expect(whyFull(open, { user: null, address: '192.0.2.1' })).toContain(
      `${String(MAX_OF_ADDRESS)} live feeds from your address (192.0.2.1)`,
    );
    expect(whyFull(open, { user: null, address: '192.0.2.2' })).toBeNull();
    expect(whyFull(open.slice(1), { user: null, address: '192.0.2.1' })).toBeNull();
  });

  it('is limited for each user, over all addresses; other users at the same address do not count', () => {
    const open = [...of(MAX_OF_USER / 2, 'ada', '192.0.2.1'), ...of(MAX_OF_USER / 2, 'ada', '192.0.2.2')];
    expect(whyFull(open, { user: user('ada'), address: '192.0.2.3' })).toContain('live feeds of ada');
    expect(whyFull(open, { user: user('bob'), address: '192.0.2.1' })).toBeNull();
  });

  it('is limited in total', () => {
    const open = Array.from({ length: MAX_FEEDS }, (_, index) => ({
      user: null,
      address: `192.0.2.${String(index)}`,
    }));
    expect(whyFull(open, { user: user('ada'), address: '198.51.100.1' })).toContain('live feeds of all users');
  });
});
