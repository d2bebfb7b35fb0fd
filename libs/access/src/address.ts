import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';

const PARTS = 8;
/** The parts of an IPv6 network (/64): one household or machine can use every address of its network. */
const NETWORK_PARTS = 4;

/** The address by which requests of a client are counted: that of the connection, not of a header; for IPv6 its network (/64). */
export function addressOf({ socket }: Pick<IncomingMessage, 'socket'>): string {
  return normalizedAddress(socket.remoteAddress ?? '');
}

/** An address as it is counted. A text that is not an address is returned unchanged. */
export function normalizedAddress(address: string): string {
  const plain = address.replace(/%.*$/, '').toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  if (isIP(plain) !== 6 || plain === '::1') return plain;
  const [before = '', after] = plain.split('::');
  const head = partsOf(before);
  const tail = partsOf(after ?? '');
  const whole = [...head, ...Array.from({ length: PARTS - head.length - tail.length }, () => '0'), ...tail];
  return `${whole
    .slice(0, NETWORK_PARTS)
    .map((part) => part.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

function partsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
