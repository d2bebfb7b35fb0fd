import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A network between a client and its server that can be made to fail in defined ways. */
export interface TcpProxy extends AsyncDisposable {
  /** The server's URL, through this proxy. */
  readonly url: string;
  /** How many connections were made so far. */
  readonly connections: number;
  /** Swallows the server's replies from now on, on all connections; they stay open. */
  dropReplies(): void;
  /** Keeps back what clients send on the connections that are open now; new connections are not affected. */
  holdRequests(): void;
  /** Nothing is swallowed or kept back any more, and what was kept back is delivered, even if its sender has gone. */
  heal(): void;
  /** Closes all connections at once, as a network device that restarts does. */
  cut(): void;
}

/** Starts a proxy before a Redis server, on a free loopback port. */
export async function startProxy(redisUrl: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(redisUrl);
  const sockets = new Set<Socket>();
  const stalled = new Set<Socket>();
  const clients = new Set<Socket>();
  let isDeaf = false;
  let connections = 0;
  let held: (() => void)[] = [];

  const server = createServer((client) => {
    connections += 1;
    const upstream = connect(Number(port), hostname);
    clients.add(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    const orLater = (deliver: () => void): void => {
      if (stalled.has(client)) held.push(deliver);
      else deliver();
    };
    client.on('data', (chunk) => {
      orLater(() => {
        if (upstream.writable) upstream.write(chunk);
      });
    });
    client.on('close', () => {
      clients.delete(client);
      // What is on its way is not called back by its sender's end.
      orLater(() => upstream.end());
    });
    upstream.on('data', (chunk) => {
      if (!isDeaf && client.writable) client.write(chunk);
    });
    upstream.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const heal = (): void => {
    isDeaf = false;
    stalled.clear();
    for (const deliver of held.splice(0)) deliver();
  };
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `redis://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    get connections() {
      return connections;
    },
    dropReplies() {
      isDeaf = true;
    },
    holdRequests() {
      for (const client of clients) stalled.add(client);
    },
    heal,
    cut,
    async [Symbol.asyncDispose]() {
      held = [];
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
