import { Redis } from 'ioredis';
import {
  readRedisPlace,
  reasonOfFailure,
  RedisAddressError,
  type redisClientOptions,
  whyClosed,
  type RedisPlace,
} from 'nestjs-event-streams/address';

/** How long it may take until Redis has answered for the first time: starting included, within 5 s it is said to be gone. */
const CONNECT_MS = 4000;

/** How long each further command may take: a server under load is slow, and not gone. */
const COMMAND_MS = 10_000;

/** How long the server may take to close, in milliseconds; nothing is under way then. */
const DISCONNECT_MS = 100;

/** What ioredis says, without a code, of a command that got no answer. */
const NO_ANSWER = /^(Connection is closed|Command timed out|Stream isn't writeable)/;

/** Redis could not be reached, or closed the connection. */
export class RedisGoneError extends Error {
  override readonly name = 'RedisGoneError';

  constructor(
    /** Host and port, never the password: `127.0.0.1:6379`. */
    readonly address: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`Redis at ${address} is unavailable: ${reason}`, options);
  }
}

/**
 * Runs `work` on a connection of its own, which is closed afterwards. It does not wait for a Redis that is away.
 *
 * @throws RedisGoneError that names host and port, never the password; TypeError when the place is not understood
 */
export async function withRedis<T>(place: RedisPlace, work: (redis: Redis) => Promise<T>): Promise<T> {
  const { target, address } = targetOf(place);
  const redis = new Redis({
    ...target,
    connectionName: 'audit',
    // A user with the least rights may not tell which library this is: Redis 7.0 has no such command to allow.
    disableClientInfo: true,
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    commandTimeout: COMMAND_MS,
    retryStrategy: () => null,
    enableOfflineQueue: false,
    // A server that is loading its data answers so to the first command, which says more than silence.
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    disconnectTimeout: DISCONNECT_MS,
    protocol: 2,
    replyMapping: 'legacy',
  });
  let lastError: Error | undefined;
  redis.on('error', (error: Error) => {
    lastError ??= error;
  });
  try {
    await connect(redis);
    // A database that is not there is refused beside the way; reading another one would be a wrong answer.
    if (lastError) throw lastError;
    return await work(redis);
  } catch (error) {
    throw await named(error, lastError, target, address);
  } finally {
    redis.disconnect();
  }
}

/** Connects, and sees that Redis answers, all within one deadline: the socket of a stalled server opens like any other. */
async function connect(redis: Redis): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error('No answer'), { code: 'ETIMEDOUT' }));
    }, CONNECT_MS);
  });
  const connected = redis.connect().then(() => redis.ping());
  await Promise.race([connected, deadline]).finally(() => {
    clearTimeout(timer);
  });
}

/** What Redis or the socket said, with the address; anything else stays as it is. */
async function named(error: unknown, lastError: Error | undefined, target: Target, address: string): Promise<unknown> {
  if (!(error instanceof Error)) return error;
  // After a lost connection, or a refused password, each command fails with what says less than the first error did.
  const isAnswer = error.name === 'ReplyError' && !error.message.startsWith('NOAUTH');
  const cause = isAnswer ? error : (lastError ?? error);
  if (cause.name === 'ReplyError') {
    return new Error(`Redis at ${address} refused ${commandOf(cause)}: ${cause.message}`, { cause });
  }
  const isConnection = lastError !== undefined || 'code' in cause || NO_ANSWER.test(cause.message);
  return isConnection ? new RedisGoneError(address, await reasonOf(cause, target), { cause }) : error;
}

/** Command and key, such as `HGETALL ecommerce:processor:stock_by_sku`; of AUTH only the name. */
function commandOf(error: Error): string {
  const { command } = error as { command?: { name: string; args: unknown[] } };
  if (!command) return 'a command';
  const name = command.name.toUpperCase();
  const [key] = command.args;
  return typeof key === 'string' && !['AUTH', 'HELLO'].includes(name) ? `${name} ${key}` : name;
}

async function reasonOf(error: Error, target: Target): Promise<string> {
  const { name, message, code } = error as NodeJS.ErrnoException;
  if (message === 'Command timed out') return `no answer within ${String(COMMAND_MS)} ms`;
  if (message.startsWith('Unknown RESP type')) return 'what answers there is no Redis';
  const { host = '', port = 0, path, tls } = target;
  const why = await whyClosed(path === undefined ? { host, port } : { path }, tls, code);
  if (why !== undefined) return why;
  if (code === 'ETIMEDOUT') return `no answer within ${String(CONNECT_MS)} ms (ETIMEDOUT)`;
  const reason = reasonOfFailure({ code, message }, tls !== undefined);
  const advice: Readonly<Record<string, string>> = {
    ECONNREFUSED: '. Start the shop, or set REDIS_URL to where its Redis is',
    ENOTFOUND: '. Check REDIS_URL',
  };
  if (reason !== undefined) return `${reason}${advice[code ?? ''] ?? ''}`;
  return message === '' ? (code ?? name) : message;
}

type Target = ReturnType<typeof redisClientOptions>;

function targetOf(place: RedisPlace): { target: Target; address: string } {
  try {
    const { address, options } = readRedisPlace(place);
    return { target: options, address: address.shown };
  } catch (error) {
    if (!(error instanceof RedisAddressError)) throw error;
    // The value is not shown: it may hold a password.
    throw new TypeError(
      error.part === 'tls' || error.part === 'credentials'
        ? error.message
        : `Expected the address of Redis as a URL such as redis://127.0.0.1:6379, got another text: ${error.message}`,
      { cause: error },
    );
  }
}
