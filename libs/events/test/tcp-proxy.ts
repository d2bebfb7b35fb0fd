import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Delays } from './delays.js';
import { CommandSplitter, type SentCommand } from './resp-commands.js';

/** A network between a client and its server that can be made to fail in defined ways. */
export interface TcpProxy extends AsyncDisposable {
  /** The server's URL, through this proxy. */
  readonly url: string;
  readonly port: number;
  /** How many connections were made so far. */
  readonly connections: number;
  /** How many commands have passed so far, those of handshakes not counted. */
  readonly commands: number;
  /** How many connections are open of which something was swallowed. */
  readonly torn: number;
  /** Whether {@link isolateAfter} has come into force. */
  readonly isIsolated: boolean;
  /** Swallows the server's replies from now on, on all connections; they stay open. */
  dropReplies(): void;
  /**
   * Keeps back what clients send on the connections that are open now; new connections are not affected.
   *
   * @param from each connection keeps back from the first command on for which this is true; otherwise from the next one on
   */
  holdRequests(from?: (command: SentCommand) => boolean): void;
  /** How many commands are kept back. */
  readonly held: number;
  /** Delivers the first so many of the commands that are kept back; the others stay so. */
  letThrough(count: number): void;
  /** Everything takes so many milliseconds longer from now on, in its direction. */
  delay(directions: { requestsMs?: number; repliesMs?: number }): void;
  /** Closes all connections once the server has answered so many bytes more, wherever in a reply that is. */
  cutAfterReplyBytes(count: number): void;
  /**
   * Lets so many commands more pass, and then nothing in either direction, as for a process that is dead: of the next
   * command the server either sees nothing (`request`), or it runs and nobody hears of it (`reply`).
   */
  isolateAfter(count: number, loses: 'request' | 'reply'): void;
  /**
   * Nothing is swallowed, delayed or kept back any more. What was kept back is delivered, even if its sender has gone; a
   * connection of which something was swallowed ends, as it can only do then: TCP delivers everything, in order, or nothing
   * more.
   */
  heal(): void;
  /** Closes all connections at once, as a network device that restarts does. */
  cut(): void;
}

/** What clients send of themselves when they connect. */
const HANDSHAKE = new Set(['AUTH', 'CLIENT', 'HELLO', 'INFO', 'SELECT']);

/** Starts a proxy before a Redis server, on a free loopback port. */
export async function startProxy(redisUrl: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(redisUrl);
  const sockets = new Set<Socket>();
  const stalled = new Set<Socket>();
  /** Those that are to be stalled, by what begins it. */
  const stallsFrom = new Map<Socket, (command: SentCommand) => boolean>();
  const clients = new Set<Socket>();
  /** Those of which something was swallowed. */
  const torn = new Set<Socket>();
  let isDeaf = false;
  let connections = 0;
  let commands = 0;
  let held: (() => void)[] = [];
  let isolation: { left: number; loses: 'request' | 'reply' } | undefined;
  let isIsolated = false;
  let replyBytesLeft = Infinity;
  const requestDelays = new Delays();
  const replyDelays = new Delays();

  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  /** Whether the server gets it. */
  const passes = ({ name }: SentCommand): boolean => {
    if (isIsolated) return false;
    if (HANDSHAKE.has(name)) return true;
    if (isolation && isolation.left-- === 0) {
      isIsolated = true;
      return isolation.loses === 'reply';
    }
    commands += 1;
    return true;
  };

  const server = createServer((client) => {
    connections += 1;
    const upstream = connect(Number(port), hostname);
    const splitter = new CommandSplitter();
    clients.add(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    const orLater = (deliver: () => void): void => {
      requestDelays.run(client, () => {
        if (stalled.has(client)) held.push(deliver);
        else deliver();
      });
    };
    client.on('data', (chunk) => {
      for (const command of splitter.push(chunk)) {
        if (stallsFrom.get(client)?.(command)) stalled.add(client);
        orLater(() => {
          if (!upstream.writable) return;
          if (passes(command)) upstream.write(command.bytes);
          else torn.add(client);
        });
      }
    });
    client.on('close', () => {
      clients.delete(client);
      stallsFrom.delete(client);
      torn.delete(client);
      // What is on its way is not called back by its sender's end.
      orLater(() => upstream.end());
    });
    upstream.on('data', (chunk) => {
      replyDelays.run(client, () => {
        if (!client.writable) return;
        if (isDeaf || isIsolated) {
          torn.add(client);
          return;
        }
        client.write(chunk.subarray(0, replyBytesLeft));
        replyBytesLeft -= chunk.length;
        if (replyBytesLeft > 0) return;
        replyBytesLeft = Infinity;
        // Half a reply has been written; it must leave before the connection goes.
        client.end(cut);
      });
    });
    upstream.on('close', () => {
      replyDelays.run(client, () => client.destroy());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const ownPort = (server.address() as AddressInfo).port;

  return {
    url: `redis://127.0.0.1:${String(ownPort)}`,
    port: ownPort,
    get connections() {
      return connections;
    },
    get commands() {
      return commands;
    },
    get torn() {
      return torn.size;
    },
    get held() {
      return held.length;
    },
    get isIsolated() {
      return isIsolated;
    },
    dropReplies() {
      isDeaf = true;
    },
    holdRequests(from = () => true) {
      for (const client of clients) stallsFrom.set(client, from);
    },
    letThrough(count) {
      for (const deliver of held.splice(0, count)) deliver();
    },
    delay({ requestsMs = 0, repliesMs = 0 }) {
      requestDelays.delayMs = requestsMs;
      replyDelays.delayMs = repliesMs;
    },
    cutAfterReplyBytes(count) {
      replyBytesLeft = count;
    },
    isolateAfter(count, loses) {
      isolation = { left: count, loses };
    },
    heal() {
      isDeaf = false;
      isolation = undefined;
      isIsolated = false;
      replyBytesLeft = Infinity;
      requestDelays.delayMs = 0;
      replyDelays.delayMs = 0;
      stallsFrom.clear();
      stalled.clear();
      for (const client of torn) client.destroy();
      for (const deliver of held.splice(0)) deliver();
    },
    cut,
    async [Symbol.asyncDispose]() {
      held = [];
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
