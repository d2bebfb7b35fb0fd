import net from 'node:net';
import tls from 'node:tls';
import { reasonOfFailure, redisClientOptions, whyClosed } from '../../../libs/events/address/index.mjs';
import { Failure, messageOf } from '../failure.js';
import { readTlsFiles, type RedisAddress } from './address.js';
import { createReplyReader, RedisReplyError, type Reply } from './replies.js';

const LINE_END = Buffer.from('\r\n');

export interface RedisConnection {
  /** Sends one command; an error reply rejects as `RedisReplyError`. */
  readonly call: (...command: (string | Buffer)[]) => Promise<Reply>;
  readonly close: () => void;
}

/**
 * Opens a connection to Redis, without any package: logs in and selects the database as the address says, with the files for
 * TLS that the environment names.
 * Every call has a deadline. Errors name the host, the port and the cause, never the password.
 * @param options for connecting, and again for each call
 */
export async function connectRedis(
  address: RedisAddress,
  { deadlineMs }: { deadlineMs: number },
): Promise<RedisConnection> {
  const { host, port, path } = address;
  const place = path === '' ? { host, port } : { path };
  const { tls: secure } = redisClientOptions(address, address.tls ? readTlsFiles(address, process.env) : {});
  const socket = secure ? tls.connect({ ...place, ...secure }) : net.connect(place);
  socket.setNoDelay(true);

  const waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void }[] = [];
  let hasAnswered = false;
  const fail = (cause: unknown) => {
    socket.destroy();
    const error = failureOf(reasonOf(cause, address));
    for (const call of waiting.splice(0)) call.reject(error);
    return error;
  };
  const failureOf = (reason: string) => new Failure(`Redis at ${address.shown}: ${withoutSecrets(reason, address)}.`);
  const read = createReplyReader();
  let finding: Promise<Failure> | undefined;
  // A server that closes without a word is looked at once more, for why.
  const ended = (cause: unknown) => {
    if (hasAnswered) {
      fail(cause);
      return;
    }
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
    const calls = waiting.splice(0);
    finding ??= whyClosed(place, secure, code).then((why) => failureOf(why ?? reasonOf(cause, address)));
    void finding.then((error) => {
      for (const call of calls) call.reject(error);
    });
  };
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const reply of read(chunk)) {
        hasAnswered = true;
        const call = waiting.shift();
        if (reply instanceof RedisReplyError) call?.reject(reply);
        else call?.resolve(reply);
      }
    } catch (error) {
      fail(error);
    }
  });
  socket.on('error', ended);
  socket.on('close', () => {
    ended(new Error('it closed the connection'));
  });

  const call: RedisConnection['call'] = (...command) => {
    const parts = command.flatMap((part) => [
      Buffer.from(`$${String(Buffer.byteLength(part))}\r\n`),
      Buffer.from(part),
      LINE_END,
    ]);
    const bytes = Buffer.concat([Buffer.from(`*${String(command.length)}\r\n`), ...parts]);
    return new Promise((resolve, reject) => {
      if (socket.destroyed) {
        reject(fail(new Error('the connection is closed')));
        return;
      }
      const timer = setTimeout(() => {
        const late = Object.assign(new Error(`no answer within ${String(deadlineMs / 1000)}s`), { code: 'ETIMEDOUT' });
        // Of a handshake that nobody answers.
        if (secure) ended(late);
        else fail(late);
        socket.destroy();
      }, deadlineMs);
      waiting.push({
        resolve: (reply) => {
          clearTimeout(timer);
          resolve(reply);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      socket.write(bytes);
    });
  };

  try {
    if (address.username !== '' || address.password !== '') {
      await call('AUTH', ...(address.username === '' ? [] : [address.username]), address.password);
    }
    if (address.database !== 0) await call('SELECT', String(address.database));
  } catch (error) {
    socket.destroy();
    if (!(error instanceof RedisReplyError) || error.code === 'LOADING') throw error;
    throw new Failure(`Redis at ${address.shown} refused the connection: ${withoutSecrets(error.message, address)}`);
  }
  return { call, close: () => socket.destroy() };
}

function reasonOf(cause: unknown, address: RedisAddress) {
  if (!(cause instanceof Error) || !('code' in cause) || cause.code === 'ETIMEDOUT') return messageOf(cause);
  return reasonOfFailure({ code: String(cause.code), message: cause.message }, address.tls) ?? messageOf(cause);
}

/** A server that does not know AUTH repeats its arguments in its answer. */
function withoutSecrets(text: string, { password }: RedisAddress) {
  return password === '' ? text : text.replaceAll(password, '***');
}
