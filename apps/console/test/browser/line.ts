import { once } from 'node:events';
import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What stands between browser and console: a proxy below a path of its own, whose connections can die without a word. */
export interface ConsoleLine extends AsyncDisposable {
  /** Of the proxy, without a slash at its end. */
  readonly url: string;
  /** How many connections to the live feed are open just now. */
  readonly feeds: () => number;
  /** How many were opened so far. */
  readonly opened: () => number;
  /** Says something to whoever listens to the feed, as if the console had. */
  say(message: string): void;
  /** Nothing goes through any more, and nothing is closed. */
  freeze(): void;
  /** New connections work again; those from before stay dead. */
  thaw(): void;
}

/** Starts it. @param base path below which the console is served, which the proxy takes off */
export async function startLine(target: string, base = ''): Promise<ConsoleLine> {
  const feeds = new Set<ServerResponse>();
  let opened = 0;
  let isFrozen = false;
  const server = createServer((incoming, outgoing) => {
    if (isFrozen) return;
    const path = (incoming.url ?? '').slice(base.length);
    const passed = request(`${target}${path}`, { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      outgoing.flushHeaders();
      answer.on('data', (chunk) => {
        if (!isFrozen) outgoing.write(chunk);
      });
      answer.on('end', () => {
        if (!isFrozen) outgoing.end();
      });
    });
    passed.on('error', () => outgoing.destroy());
    if (path.startsWith('/api/live')) {
      feeds.add(outgoing);
      opened += 1;
    }
    outgoing.on('close', () => {
      feeds.delete(outgoing);
      passed.destroy();
    });
    incoming.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}${base}`,
    feeds: () => feeds.size,
    opened: () => opened,
    say: (message) => {
      for (const feed of feeds) feed.write(message);
    },
    freeze: () => {
      isFrozen = true;
    },
    thaw: () => {
      isFrozen = false;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
