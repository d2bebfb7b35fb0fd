import { Redis, type RedisOptions } from 'ioredis';
import { isReadOnly } from '../model/errors/redis.js';
import { RedisWithChangingCredentials } from './changing-credentials.js';
import type { Connecting } from './redis-target.js';

/** How long to wait before a connection is tried again, in milliseconds. */
export const FIRST_RECONNECT_MS = 50;
const MAX_RECONNECT_MS = 2000;
const LEAST_CONNECT_MS = 1000;

/** How an ioredis client behaves. */
export interface ClientSettings {
  /** What `CLIENT LIST` shows for it. */
  name: string;
  /** How long an answer may take, in milliseconds. */
  timeoutMs: number;
  /** How long the server may keep a blocking read before it answers, in milliseconds. */
  blockMs: number;
  /** Whether it tries again by itself, which keeps the process alive. */
  triesAgain: () => boolean;
}

/**
 * An ioredis client that is not connected yet. Its own queues are off: commands are neither repeated after a lost reply (that would
 * publish twice) nor kept while Redis is away (that memory has no bound).
 */
export function createClient({ options: given, sources }: Connecting, settings: ClientSettings): Redis {
  const { name, timeoutMs, blockMs, triesAgain } = settings;
  const options: RedisOptions & { replyMapping: 'legacy' } = {
    ...given,
    replyMapping: 'legacy',
    // Scripts see replies in RESP2; transactions compare theirs with ours.
    protocol: 2,
    connectionName: name,
    // Its users need one right less, and the name says more.
    disableClientInfo: given.disableClientInfo ?? true,
    lazyConnect: true,
    // Before the first call gives up, which can say why then.
    connectTimeout: given.connectTimeout ?? Math.max(LEAST_CONNECT_MS, timeoutMs * 0.6),
    // A socket that nobody answers on must not keep a process that ends.
    disconnectTimeout: 100,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    // A master that is none any more goes on serving for seconds, and what it takes then is lost.
    failoverDetector: given.sentinels !== undefined,
    // A server that hangs keeps its sockets open; only silence betrays it. Longer than any answer may take, or
    // blocking reads would be cut in the middle.
    socketTimeout: blockMs + timeoutMs,
    // ioredis' own timer would keep the process; after its end there is one of ours.
    retryStrategy: (times) => (triesAgain() ? pauseBefore(times) : null),
    reconnectOnError: (error) => (isReadOnly(error) ? 1 : false),
  };
  return sources ? new RedisWithChangingCredentials(options, sources, timeoutMs, pauseBefore) : new Redis(options);
}

/** How long to wait before the connection is tried again, in milliseconds. @param times that it was tried */
function pauseBefore(times: number): number {
  const pauseMs = Math.min(FIRST_RECONNECT_MS * 2 ** Math.min(times - 1, 10), MAX_RECONNECT_MS);
  return pauseMs * (0.75 + Math.random() / 2);
}
