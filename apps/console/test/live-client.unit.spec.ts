import { eventually } from '@repo/testing';
import { describe, expect, it } from 'vitest';
import type { LiveMessages } from '../src/contract/live.js';
import { messageOf, MAX_WAITING_BYTES } from '../src/live/live-client.js';
import { feedServer } from './feed-server.js';

const open = feedServer();
const REASON = 'x'.repeat(100_000);
const STATE = messageOf('redis', { isUp: true, sinceMs: 0, reason: REASON });

describe('a client of the feed', () => {
  it('gets only as much as the queue may hold, and is told how much was left out when it reads again', async () => {
    const { feed, response } = await open();
    // More than the sockets' buffers and what may wait take together.
    const sent = 300;
    for (let number = 0; number < sent; number += 1) feed.send(STATE);
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const count = (pattern: RegExp): number => [...text.matchAll(pattern)].length;
    const leftOut = await eventually('it is told', () => {
      feed.send(STATE);
      return /event: left-out\ndata: (.+)\n/.exec(text)?.[1];
    });
    const { messages } = JSON.parse(leftOut) as LiveMessages['left-out'];
    expect(messages).toBeGreaterThan(0);
    expect(count(/event: redis/g) * REASON.length).toBeGreaterThan(MAX_WAITING_BYTES);
    expect(text.startsWith('event: redis\ndata: {"isUp":true')).toBe(true);
  });
});
