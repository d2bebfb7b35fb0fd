import { Redis } from 'ioredis';
import { reasonOfFailure, redisClientOptions, whyClosed } from 'nestjs-event-streams/internal/address';
import { Failure, messageOf } from '../failure.js';
import { readTlsFiles, type RedisAddress } from './address.js';
import { formatSeconds } from '../terminal/duration.js';

/** Messages of ioredis' errors that have no code: a call has exceeded its deadline; the server does not speak Redis' protocol. */
const TIMED_OUT = 'Command timed out';
const NOT_REDIS = 'Unknown RESP type';

/** An error reply of Redis. Its message begins with a code (`NOAUTH`, `LOADING`, …). */
export class RedisReplyError extends Error {
  override readonly name = 'RedisReplyError';
  readonly code: string;

  constructor(message: string) {
    super(message);
    this.code = message.split(' ', 1)[0] ?? '';
  }
}

export interface RedisConnection {
  /** Sends one command. Rejects with `RedisReplyError` for an error reply, and with `Failure` for any other problem. */
  readonly call: (...command: (string | Buffer)[]) => Promise<unknown>;
  readonly close: () => void;
}

/**
 * Opens a connection to Redis, authenticates and selects the database, as the address says, with the TLS files that the environment
 * names. Every call has a deadline, and none is repeated. Errors name host, port and cause, but never the password.
 * @param deadlineMs for connecting, and again for each call
 */
export async function connectRedis(
  address: RedisAddress,
  { deadlineMs }: { deadlineMs: number },
): Promise<RedisConnection> {
  const { host, port, path } = address;
  const place = path === '' ? { host, port } : { path };
  const { tls } = redisClientOptions(address, address.tls ? readTlsFiles(address, process.env) : {});
  const client = new Redis({
    ...place,
    ...(tls === undefined ? {} : { tls }),
    // Sends nothing but the calls, and each of them once.
    protocol: 2,
    lazyConnect: true,
    disableClientInfo: true,
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: () => null,
    connectTimeout: deadlineMs,
    commandTimeout: deadlineMs,
  });
  let hasAnswered = false;
  let firstCause: Error | undefined;
  /** The failure of the connection, for all its calls. */
  let failure: Promise<Failure> | undefined;
  client.on('error', (error) => (firstCause ??= error));

  const failureOf = async (error: unknown): Promise<Failure> => {
    const isTimedOut = messageOf(error) === TIMED_OUT;
    const cause =
      firstCause ??
      new Error(isTimedOut ? `no answer within ${formatSeconds(deadlineMs)}` : 'it closed the connection');
    client.disconnect();
    const code = isTimedOut ? 'ETIMEDOUT' : codeOf(cause);
    // If the server has closed the connection, or not answered the TLS handshake, without any reply: connects once more to find out why.
    const isUnexplained = !hasAnswered && !isNotRedis(cause) && (!isTimedOut || tls !== undefined);
    const why = isUnexplained ? await whyClosed(place, tls, code) : undefined;
    return new Failure(`Redis at ${address.shown}: ${withoutSecrets(why ?? reasonOf(cause, address), address)}.`);
  };
  const call = async (...[command = '', ...args]: (string | Buffer)[]): Promise<unknown> => {
    try {
      const reply = await client.call(String(command), args);
      hasAnswered = true;
      return reply;
    } catch (error) {
      if (error instanceof Error && error.name === 'ReplyError') {
        hasAnswered = true;
        throw new RedisReplyError(error.message);
      }
      throw await (failure ??= failureOf(error));
    }
  };

  try {
    await signIn(call, address);
  } catch (error) {
    client.disconnect();
    throw error;
  }
  return {
    call,
    close: () => {
      firstCause ??= new Error('the connection is closed');
      client.disconnect();
    },
  };
}

/** Authenticates and selects the database. */
async function signIn(call: RedisConnection['call'], address: RedisAddress) {
  const { username, password, database } = address;
  try {
    if (username !== '' || password !== '') await call('AUTH', ...(username === '' ? [] : [username]), password);
    if (database !== 0) await call('SELECT', String(database));
  } catch (error) {
    if (!(error instanceof RedisReplyError) || error.code === 'LOADING') throw error;
    throw new Failure(`Redis at ${address.shown} refused the connection: ${withoutSecrets(error.message, address)}`);
  }
}

function reasonOf(cause: Error, address: RedisAddress): string {
  if (isNotRedis(cause)) return 'it does not speak the protocol of Redis';
  const code = codeOf(cause);
  if (code === undefined || code === 'ETIMEDOUT') return messageOf(cause);
  return reasonOfFailure({ code, message: cause.message }, address.tls) ?? messageOf(cause);
}

function isNotRedis(cause: Error): boolean {
  return cause.message.startsWith(NOT_REDIS);
}

function codeOf(cause: Error): string | undefined {
  return 'code' in cause ? String(cause.code) : undefined;
}

/** Removes the password: a server that does not know AUTH repeats its arguments in the error. */
function withoutSecrets(text: string, { password }: RedisAddress): string {
  return password === '' ? text : text.replaceAll(password, '***');
}
