import net from 'node:net';
import tls, { type ConnectionOptions } from 'node:tls';

/** How long a server is listened to that has closed a connection without a word, in milliseconds. */
const LISTEN_MS = 500;

const NOT_TLS = 'that port does not speak TLS: use redis://';
const IS_TLS = 'that port speaks TLS: use rediss://';

const REASONS: Readonly<Record<string, string>> = {
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

/** Why a connection failed, in words; undefined where its code says nothing of its own. */
export function reasonOfFailure(
  { code, message }: { readonly code?: string | undefined; readonly message: string },
  isTls: boolean,
): string | undefined {
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

/** Whether the code of a failure says no more than that the server has closed the connection, or does not go on with it. */
export function tellsNothing(code: string | undefined): boolean {
  return code === undefined || CLOSED.has(code);
}

/**
 * Looks why a server has closed a connection before it said anything: it has as many clients as it takes, it speaks TLS, or it
 * does not. It listens to the server for half a second, and then for another one, on connections of its own.
 *
 * @param secure how it was connected with TLS; undefined for without
 * @param code of the failure; undefined where there was none
 * @returns undefined where nothing was found, or the failure is of another kind
 */
export async function whyClosed(
  place: { host: string; port: number } | { path: string },
  secure: ConnectionOptions | undefined,
  code: string | undefined,
): Promise<string | undefined> {
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

function adviceOn(said: string): string {
  return said.includes('max number of clients') ? ' (its maxclients)' : '';
}

interface Heard {
  said: string;
  isSecure: boolean;
  failure: NodeJS.ErrnoException | undefined;
}

/** What a server says by itself, or in answer to `question`. */
function listen(socket: net.Socket, question?: string): Promise<Heard> {
  return new Promise((resolve) => {
    let isSecure = false;
    let failure: NodeJS.ErrnoException | undefined;
    const finish = (said = ''): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ said, isSecure, failure });
    };
    const timer = setTimeout(finish, LISTEN_MS);
    if (question !== undefined) socket.once('connect', () => socket.write(question));
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
