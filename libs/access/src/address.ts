import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';

const PARTS = 8;
/** Of IPv6 one household or machine has a network of so many parts (/64), and takes any address in it. */
const NETWORK_PARTS = 4;

/** Who asks, by address, for counting: that of the connection, whatever headers say; of IPv6 its network (/64). */
export function addressOf({ socket }: Pick<IncomingMessage, 'socket'>): string {
  return countedAddress(socket.remoteAddress ?? '');
}

/** An address as it counts; what is none stays as it is. */
export function countedAddress(address: string): string {
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
