import net from 'node:net';
import tls from 'node:tls';
import { Failure, messageOf } from '../failure.mjs';
import { createReplyReader, RedisReplyError } from './replies.mjs';

/** @typedef {import('./replies.mjs').Reply} Reply */

/**
 * @typedef {object} RedisConnection
 * @property {(...command: string[]) => Promise<Reply>} call sends one command; an error reply rejects as `RedisReplyError`
 * @property {() => void} close
 */

/**
 * Opens a connection to Redis, without any package: logs in and selects the database as the address says.
 * Every call has a deadline. Errors name the host, the port and the cause, never the password.
 * @param {import('./address.mjs').RedisAddress} address
 * @param {{ deadlineMs: number }} options for connecting, and again for each call
 * @returns {Promise<RedisConnection>}
 */
export async function connectRedis(address, { deadlineMs }) {
  const { host, port } = address;
  const socket = address.tls
    ? tls.connect({ host, port, ...(net.isIP(host) === 0 ? { servername: host } : {}) })
    : net.connect({ host, port });
  socket.setNoDelay(true);

  /** @type {{ resolve: (reply: Reply) => void, reject: (error: Error) => void }[]} */
  const waiting = [];
  const fail = (/** @type {unknown} */ cause) => {
    socket.destroy();
    const error = new Failure(`Redis at ${address.shown}: ${withoutSecrets(reasonOf(cause), address)}.`);
    for (const call of waiting.splice(0)) call.reject(error);
    return error;
  };
  const read = createReplyReader();
  socket.on('data', (/** @type {Buffer} */ chunk) => {
    try {
      for (const reply of read(chunk)) {
        const call = waiting.shift();
        if (reply instanceof RedisReplyError) call?.reject(reply);
        else call?.resolve(reply);
      }
    } catch (error) {
      fail(error);
    }
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('it closed the connection')));

  /** @type {RedisConnection['call']} */
  const call = (...command) => {
    const parts = command.map((part) => `$${String(Buffer.byteLength(part))}\r\n${part}\r\n`);
    const bytes = `*${String(parts.length)}\r\n${parts.join('')}`;
    return new Promise((resolve, reject) => {
      if (socket.destroyed) {
        reject(fail(new Error('the connection is closed')));
        return;
      }
      const timer = setTimeout(() => fail(new Error(`no answer within ${String(deadlineMs / 1000)}s`)), deadlineMs);
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
    if (address.password !== '') {
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

/**
 * OpenSSL explains a server without TLS with places in its own source.
 * @param {unknown} cause
 */
function reasonOf(cause) {
  if (cause instanceof Error && 'code' in cause && cause.code === 'EPROTO') return 'it does not speak TLS';
  return messageOf(cause);
}

/**
 * A server that does not know AUTH repeats its arguments in its answer.
 * @param {string} text
 * @param {import('./address.mjs').RedisAddress} address
 */
function withoutSecrets(text, { password }) {
  return password === '' ? text : text.replaceAll(password, '***');
}
