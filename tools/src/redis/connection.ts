import { Redis } from 'ioredis';
import { reasonOfFailure, redisClientOptions, whyClosed } from 'nestjs-event-streams/address';
import { Failure, messageOf } from '../failure.js';
import { readTlsFiles, type RedisAddress } from './address.js';

/** How ioredis' errors begin that have no code: of a call whose deadline is over, and of an answer that is none of Redis'. */
const LATE = 'Command timed out';
const FOREIGN = 'Unknown RESP type';

/** An error that Redis answered; the message is Redis' own, beginning with its code (`NOAUTH`, `LOADING`, …). */
export class RedisReplyError extends Error {
  override readonly name = 'RedisReplyError';
  readonly code: string;

  constructor(message: string) {
    super(message);
    this.code = message.split(' ', 1)[0] ?? '';
  }
}

export interface RedisConnection {
  /** Sends one command; an error reply rejects as `RedisReplyError`, everything else as `Failure`. */
  readonly call: (...command: (string | Buffer)[]) => Promise<unknown>;
  readonly close: () => void;
}

/**
 * Opens a connection to Redis: logs in and selects the database as the address says, with the files for TLS that the
 * environment names. Every call has a deadline, and none is repeated. Errors name the host, the port and the cause, never the
 * password.
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
    // Nothing is sent but what is called, once.
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
  let finding: Promise<Failure> | undefined;
  client.on('error', (error) => (firstCause ??= error));

  const failureOf = async (error: unknown): Promise<Failure> => {
    const isLate = messageOf(error) === LATE;
    const cause =
      firstCause ?? new Error(isLate ? `no answer within ${String(deadlineMs / 1000)}s` : 'it closed the connection');
    client.disconnect();
    const code = isLate ? 'ETIMEDOUT' : codeOf(cause);
    // A server that closes without a word is looked at once more, for why; so is one that does not answer a handshake.
    const isSilent = !hasAnswered && !isForeign(cause) && (!isLate || tls !== undefined);
    const why = isSilent ? await whyClosed(place, tls, code) : undefined;
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
      throw await (finding ??= failureOf(error));
    }
  };

  try {
    if (address.username !== '' || address.password !== '') {
      await call('AUTH', ...(address.username === '' ? [] : [address.username]), address.password);
    }
    if (address.database !== 0) await call('SELECT', String(address.database));
  } catch (error) {
    client.disconnect();
    if (!(error instanceof RedisReplyError) || error.code === 'LOADING') throw error;
    throw new Failure(`Redis at ${address.shown} refused the connection: ${withoutSecrets(error.message, address)}`);
  }
  return {
    call,
    close: () => {
      firstCause ??= new Error('the connection is closed');
      client.disconnect();
    },
  };
}

function reasonOf(cause: Error, address: RedisAddress): string {
  if (isForeign(cause)) return 'it does not speak the protocol of Redis';
  const code = codeOf(cause);
  if (code === undefined || code === 'ETIMEDOUT') return messageOf(cause);
  return reasonOfFailure({ code, message: cause.message }, address.tls) ?? messageOf(cause);
}

function isForeign(cause: Error): boolean {
  return cause.message.startsWith(FOREIGN);
}

function codeOf(cause: Error): string | undefined {
  return 'code' in cause ? String(cause.code) : undefined;
}

/** A server that does not know AUTH repeats its arguments in its answer. */
function withoutSecrets(text: string, { password }: RedisAddress): string {
  return password === '' ? text : text.replaceAll(password, '***');
}
