import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll } from 'vitest';
import { LiveClient } from '../src/live/live-client.js';

const OWNER = { user: null, address: '127.0.0.1' };

/** For the tests of a file: a server of feeds. @returns opens one: as the server sees it, and what comes of it */
export function feedServer(): () => Promise<{ feed: LiveClient; response: IncomingMessage }> {
  let feed: LiveClient | undefined;
  const app = express();
  app.get('/', (_request, response) => {
    feed = new LiveClient(response, { tail: undefined, shop: false }, OWNER);
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
  return async () => {
    const asked = get(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
    asked.on('error', () => undefined);
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.on('error', () => undefined);
    if (!feed) throw new Error('The server has no feed');
    return { feed, response };
  };
}
