import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@repo/testing';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LiveMessages } from '../src/contract/live.js';
import { LiveClient, messageOf, MAX_WAITING_BYTES } from '../src/live/live-client.js';

let client: LiveClient | undefined;
const app = express();
app.get('/', (_request, response) => {
  client = new LiveClient(response, { tail: undefined, shop: false }, { user: null, address: '127.0.0.1' });
});
const server = createServer(app);

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const REASON = 'x'.repeat(100_000);
const STATE = messageOf('redis', { isUp: true, sinceMs: 0, reason: REASON });

describe('a client of the feed', () => {
  it('is sent no more than may wait, and told how much was left out once it reads again', async () => {
    const [response] = (await once(
      get(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`),
      'response',
    )) as [IncomingMessage];
    if (!client) throw new Error('no client');
    // More than the sockets' buffers and what may wait take together.
    const sent = 300;
    for (let number = 0; number < sent; number += 1) client.send(STATE);
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const count = (pattern: RegExp): number => [...text.matchAll(pattern)].length;
    const leftOut = await eventually('it is told', () => {
      client?.send(STATE);
      return /event: left-out\ndata: (.+)\n/.exec(text)?.[1];
    });
    const { messages } = JSON.parse(leftOut) as LiveMessages['left-out'];
    expect(messages).toBeGreaterThan(0);
    expect(count(/event: redis/g) * REASON.length).toBeGreaterThan(MAX_WAITING_BYTES);
    expect(text.startsWith('event: redis\ndata: {"isUp":true')).toBe(true);
  });
});
