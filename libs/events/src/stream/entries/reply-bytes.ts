import { isUtf8 } from 'node:buffer';

const LF = 10;
const CR = 13;
const MINUS = 45;
const ZERO = 48;

/** Of what is left of a chunk, so many bytes are worth a place of their own. */
export const LONG_REST = 2 ** 17;

/** There are not enough bytes yet. */
export const INCOMPLETE = -2;

const NOTHING: Buffer = Buffer.alloc(0);

/** The bytes of a reply as they arrive in chunks, and the place up to which they were read. No byte is copied more often than needed. */
export class ReplyBytes {
  /** What was not read yet begins at `at`. */
  buffer = NOTHING;
  at = 0;
  /** Whether all that can be read is UTF-8: to ask once is nearly free, to ask for each field is not. */
  isText = true;
  /** Up to where the buffer is known to be UTF-8, or not. */
  private checked = 0;
  /** Chunks that wait until there are `needed` bytes of them: a large value must not be copied with each chunk. */
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private needed = 0;
  /** Where a long rest is kept, with room for what comes: it must not be copied with each chunk. */
  private store = NOTHING;

  /** @returns whether it is worth reading on: what was missing last is there */
  add(chunk: Buffer): boolean {
    this.waiting.push(chunk);
    this.waitingBytes += chunk.length;
    if (this.buffer.length - this.at + this.waitingBytes < this.needed) return false;
    this.append();
    this.waiting = [];
    this.waitingBytes = 0;
    this.needed = 0;
    // What comes after the last line's end may stop in the middle of a character.
    const end = Math.max(this.checked, this.buffer.lastIndexOf(LF) + 1);
    this.isText = (this.checked === 0 || this.isText) && isUtf8(this.buffer.subarray(this.checked, end));
    this.checked = end;
    return true;
  }

  /** Goes back to a place from which all is to be read again when there is more. */
  backTo(start: number): void {
    this.needed = Math.max(this.needed - start, 0);
    this.at = start;
  }

  /** Forgets all. */
  reset(): void {
    this.buffer = NOTHING;
    this.at = 0;
    this.waiting = [];
    this.waitingBytes = 0;
    this.needed = 0;
    this.store = NOTHING;
    this.checked = 0;
  }

  /** `*12\r\n` or `$12\r\n`: the number, -1 for null, INCOMPLETE when it is not all there. @param type its first byte */
  header(type: number): number {
    const { buffer } = this;
    if (this.at >= buffer.length) return INCOMPLETE;
    if (buffer[this.at] !== type) throw new Error(`expected ${String.fromCharCode(type)} in a reply`);
    let at = this.at + 1;
    const isNegative = buffer[at] === MINUS;
    if (isNegative) at += 1;
    let value = 0;
    for (;;) {
      const byte = buffer[at];
      if (byte === undefined) return INCOMPLETE;
      at += 1;
      if (byte === CR) break;
      value = value * 10 + byte - ZERO;
    }
    if (at >= buffer.length) return INCOMPLETE;
    this.at = at + 1;
    return isNegative ? -value : value;
  }

  /** Whether a value of this length, and the line's end after it, are there. */
  has(length: number): boolean {
    const end = this.at + length + 2;
    if (end <= this.buffer.length) return true;
    this.needed = end;
    return false;
  }

  /** Puts what waits behind what is left of the buffer. */
  private append(): void {
    const { buffer, at, waiting, waitingBytes } = this;
    const length = buffer.length - at + waitingBytes;
    if (length - waitingBytes < LONG_REST) {
      this.buffer = at < buffer.length ? Buffer.concat([buffer.subarray(at), ...waiting]) : join(waiting);
      this.store = NOTHING;
      this.at = 0;
      this.checked = 0;
      return;
    }
    let end = buffer.length;
    if (end + waitingBytes > this.store.length) {
      this.store = Buffer.allocUnsafeSlow(2 * length);
      end = buffer.copy(this.store, 0, at);
      this.checked -= at;
      this.at = 0;
    }
    for (const chunk of waiting) end += chunk.copy(this.store, end);
    this.buffer = this.store.subarray(0, end);
  }
}

function join(chunks: readonly Buffer[]): Buffer {
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}
