import net from 'node:net';
import tls from 'node:tls';

/** How long a server is listened to that has closed a connection without a word, in milliseconds. */
const LISTEN_MS = 500;

const NOT_TLS = 'that port does not speak TLS: use redis://';
const IS_TLS = 'that port speaks TLS: use rediss://';

/** @type {Readonly<Record<string, string>>} */
const REASONS = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
  ENOENT: 'there is no such socket (ENOENT)',
  EACCES: 'this user may not use the socket (EACCES)',
  ENOTFOUND: 'the host name is not known (ENOTFOUND)',
  EAI_AGAIN: 'the host name could not be looked up (EAI_AGAIN)',
  EPROTO: NOT_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_TLS,
};

const CLOSED = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT']);
const CERTIFICATE = /CERT|UNABLE_TO_(GET|VERIFY)|ALTNAME|SELF_SIGNED/;

/** @type {typeof import('./redis-failure.mjs').reasonOfFailure} */
export function reasonOfFailure({ code, message }, isTls) {
  if (code === undefined) return undefined;
  if (code === 'ETIMEDOUT') {
    return isTls ? 'no answer to the TLS handshake (ETIMEDOUT)' : 'no answer to the connection request (ETIMEDOUT)';
  }
  if (/ALERT_CERTIFICATE_REQUIRED|ALERT_HANDSHAKE_FAILURE/.test(code)) {
    return `it wants a certificate of this client (${code}): REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE, or the option tls`;
  }
  if (isTls && CERTIFICATE.test(code)) {
    const advice = code.includes('ALTNAME')
      ? 'connect by a name that it is for'
      : 'name its authority by REDIS_TLS_CA_FILE, or the option tls';
    return `its certificate is refused (${code}: ${message}): ${advice}`;
  }
  if (CLOSED.has(code)) return `it closed the connection (${code})`;
  return REASONS[code];
}

/** @type {typeof import('./redis-failure.mjs').tellsNothing} */
export function tellsNothing(code) {
  return code === undefined || CLOSED.has(code);
}

/** @type {typeof import('./redis-failure.mjs').whyClosed} */
export async function whyClosed(place, secure, code) {
  if (!tellsNothing(code)) return undefined;
  if (secure !== undefined) {
    // What does not speak TLS answers a PING, be it with a refusal.
    const plain = await listen(net.connect(place), 'PING\r\n');
    if (/^[+-]/.test(plain.said)) return NOT_TLS;
    const { failure } = await listen(tls.connect({ ...place, ...secure }));
    return failure === undefined ? undefined : reasonOfFailure(failure, true);
  }
  const { said } = await listen(net.connect(place));
  if (said.startsWith('-')) return `it refuses: ${said.slice(1).split('\r\n', 1)[0] ?? ''}${adviceOn(said)}`;
  const other = await listen(tls.connect({ ...place, rejectUnauthorized: false }));
  return other.isSecure || /^ERR_SSL_.*ALERT/.test(other.failure?.code ?? '') ? IS_TLS : undefined;
}

/** @param {string} said */
function adviceOn(said) {
  return said.includes('max number of clients') ? ' (its maxclients)' : '';
}

/**
 * What a server says by itself, or to one word.
 * @param {net.Socket} socket
 * @param {string} [word]
 * @returns {Promise<{ said: string, isSecure: boolean, failure: NodeJS.ErrnoException | undefined }>}
 */
function listen(socket, word) {
  return new Promise((resolve) => {
    let isSecure = false;
    /** @type {NodeJS.ErrnoException | undefined} */
    let failure;
    const finish = (said = '') => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ said, isSecure, failure });
    };
    const timer = setTimeout(finish, LISTEN_MS);
    if (word !== undefined) socket.once('connect', () => socket.write(word));
    socket.once('secureConnect', () => {
      isSecure = true;
    });
    socket.once('data', (chunk) => {
      finish(chunk.toString('latin1'));
    });
    socket.on('error', (error) => {
      failure ??= error;
    });
    socket.once('close', () => {
      finish();
    });
  });
}
