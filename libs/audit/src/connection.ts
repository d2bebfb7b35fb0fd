import { Redis } from 'ioredis';
import {
  readRedisPlace,
  reasonOfFailure,
  RedisAddressError,
  type redisClientOptions,
  whyClosed,
  type RedisPlace,
} from 'nestjs-event-streams/internal/address';

/** The deadline of the first answer of Redis. With the start of the process, an unreachable Redis is reported within 5 s. */
const CONNECT_MS = 4000;

/** The deadline of each further command. It is longer, because a server under load is slow but not unavailable. */
const COMMAND_MS = 10_000;

/** How long the server may take to close the connection, in milliseconds. No command is in flight then. */
const DISCONNECT_MS = 100;

/** Messages of ioredis' errors without a code, for a command that got no answer. */
const NO_ANSWER = /^(Connection is closed|Command timed out|Stream isn't writeable)/;

/** Redis could not be reached, or closed the connection. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';

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
 * Runs `work` on a new connection, which is closed afterwards. Does not wait for a Redis that is unavailable.
 *
 * @throws RedisUnavailableError with host and port, never with the password
 * @throws TypeError if the place is not valid
 */
export async function withRedis<T>(place: RedisPlace, work: (redis: Redis) => Promise<T>): Promise<T> {
  const { target, address } = targetOf(place);
  const redis = new Redis({
    ...target,
    connectionName: 'audit',
    // CLIENT SETINFO does not exist in Redis 7.0, so the audit's Redis user cannot be allowed to send it.
    disableClientInfo: true,
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    commandTimeout: COMMAND_MS,
    retryStrategy: () => null,
    enableOfflineQueue: false,
    // A server that is loading its data answers the first command with LOADING, which is a better message than a timeout.
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
    // If the database does not exist, ioredis only emits an error, and goes on with database 0: a wrong one to read.
    if (lastError) throw lastError;
    return await work(redis);
  } catch (error) {
    throw await withAddress(error, lastError, target, address);
  } finally {
    redis.disconnect();
  }
}

/** Connects and sends PING, with one deadline for both, because the socket of a stalled server opens normally. */
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

/** Adds the address to an error of Redis or the socket. Returns any other error unchanged. */
async function withAddress(
  error: unknown,
  lastError: Error | undefined,
  target: Target,
  address: string,
): Promise<unknown> {
  if (!(error instanceof Error)) return error;
  // After a lost connection or a wrong password, the first error says more than those of the commands.
  const isAnswer = error.name === 'ReplyError' && !error.message.startsWith('NOAUTH');
  const cause = isAnswer ? error : (lastError ?? error);
  if (cause.name === 'ReplyError') {
    return new Error(`Redis at ${address} refused ${commandOf(cause)}: ${cause.message}`, { cause });
  }
  const isConnection = lastError !== undefined || 'code' in cause || NO_ANSWER.test(cause.message);
  return isConnection ? new RedisUnavailableError(address, await reasonOf(cause, target), { cause }) : error;
}

/** Command and key, such as `HGETALL ecommerce:processor:stock_by_sku`; without arguments for AUTH and HELLO. */
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
  if (message.startsWith('Unknown RESP type')) return 'the server there does not speak the protocol of Redis';
  const { host = '', port = 0, path, tls } = target;
  const why = await whyClosed(path === undefined ? { host, port } : { path }, tls, code);
  if (why !== undefined) return why;
  if (code === 'ETIMEDOUT') return `no answer within ${String(CONNECT_MS)} ms (ETIMEDOUT)`;
  const reason = reasonOfFailure({ code, message }, tls !== undefined);
  const advice: Readonly<Record<string, string>> = {
    ECONNREFUSED: '. Start the shop, or set REDIS_URL to the address of its Redis',
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
    // The value is not shown, because it may hold a password.
    throw new TypeError(
      error.part === 'tls' || error.part === 'credentials'
        ? error.message
        : `Expected the address of Redis as a URL such as redis://127.0.0.1:6379, got one that is not valid: ${error.message}`,
      { cause: error },
    );
  }
}
