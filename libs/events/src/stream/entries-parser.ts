import { isUtf8 } from 'node:buffer';
import { redisReply } from '../connection/redis-reply.js';
import type { ReplyParser } from '../connection/connection.js';
import { asBytes, asList, type Reply } from '../connection/reply.js';
import { asRawEntry, entryOf, MAX_TEXT_LENGTH, withBytes } from './raw-entry.js';
import type { StreamEntry } from './stream-entry.js';

const LF = 10;
const CR = 13;
const MINUS = 45;
const ZERO = 48;
const ERROR = 45; // -
const BULK = 36; // $
const ARRAY = 42; // *

/** Text that is remembered from one entry to the next: names of fields, and values that seldom change. */
const MAX_REMEMBERED_LENGTH = 40;

/** Of what is left of a chunk, so many bytes are worth a place of their own. */
const LONG_REST = 2 ** 17;

/** There are not enough bytes yet. */
const INCOMPLETE = -2;

const NOTHING: Buffer = Buffer.alloc(0);

interface Remembered {
  bytes: Buffer;
  text: string;
  /** How often in a row another text came. */
  misses: number;
}

/** How much of an entry is there: its fields up to `at`, as from its beginning; `left` are to come. */
interface Partial {
  at: number;
  left: number;
}

/**
 * Not a literal, which V8 may allocate in the old generation: docs/internals/performance.md#objects-of-one-place-in-the-code-are-promoted-together
 */
class Entry implements StreamEntry {
  constructor(
    readonly id: string,
    readonly fields: readonly string[] | null,
    readonly bytes?: readonly Buffer[],
  ) {}
}

/**
 * Reads the reply to XREADGROUP as it arrives, entry by entry, each byte once: about a fifth of the time that a general
 * parser takes, which is most of what reading costs. Names of fields, and values that are as in the entry before, are
 * compared and not made anew.
 */
export class EntriesParser implements ReplyParser<Map<string, StreamEntry[]>> {
  private buffer = NOTHING;
  private at = 0;
  /** Whether all that can be parsed of the buffer is UTF-8: to ask once is nearly free, to ask for each field is not. */
  private isText = true;
  /** Chunks that wait until there are `needed` bytes of them: a large value must not be copied with each chunk. */
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private needed = 0;
  /** Where a long rest is kept, with room for what comes: it must not be copied with each chunk. */
  private store = NOTHING;
  /** Up to where the buffer is known to be UTF-8. */
  private checked = 0;
  /** Of the entry that is not all there, what was found to be: an entry of many fields must not be gone through with each chunk. */
  private partial: Partial | undefined;
  private result = new Map<string, StreamEntry[]>();
  private streamsLeft = -1;
  private entriesLeft = 0;
  private entries: StreamEntry[] = [];
  private readonly remembered: Remembered[] = [];

  push(chunk: Buffer): Map<string, StreamEntry[]> | undefined {
    this.waiting.push(chunk);
    this.waitingBytes += chunk.length;
    if (this.buffer.length - this.at + this.waitingBytes < this.needed) return undefined;
    this.append();
    this.waiting = [];
    this.waitingBytes = 0;
    this.needed = 0;
    // What comes after the last line's end may stop in the middle of a character.
    const end = Math.max(this.checked, this.buffer.lastIndexOf(LF) + 1);
    this.isText = (this.checked === 0 || this.isText) && isUtf8(this.buffer.subarray(this.checked, end));
    this.checked = end;
    return this.parse() ? this.finish() : undefined;
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

  fromReply(reply: Reply<Buffer>): Map<string, StreamEntry[]> {
    const streams = reply === null ? [] : asList(reply, 'XREADGROUP');
    return new Map(
      streams.map((stream) => {
        const [key, entries] = asList(stream, 'XREADGROUP');
        const read = asList(entries, 'XREADGROUP').map((entry) =>
          entryOf(asRawEntry(entry, 'XREADGROUP'), MAX_TEXT_LENGTH),
        );
        return [asBytes(key, 'XREADGROUP').toString(), read];
      }),
    );
  }

  /** Forgets a reply that did not come to its end. */
  reset(): void {
    this.buffer = NOTHING;
    this.at = 0;
    this.waiting = [];
    this.waitingBytes = 0;
    this.needed = 0;
    this.store = NOTHING;
    this.checked = 0;
    this.partial = undefined;
    this.result = new Map();
    this.streamsLeft = -1;
    this.entriesLeft = 0;
  }

  private finish(): Map<string, StreamEntry[]> {
    if (this.at !== this.buffer.length) throw new Error('more bytes came than the reply has');
    const { result } = this;
    this.reset();
    return result;
  }

  /** @returns whether the reply is complete */
  private parse(): boolean {
    if (this.streamsLeft === -1) {
      if (this.buffer.length === 0) return false;
      if (this.buffer[0] === ERROR) return this.parseError();
      const count = this.header(ARRAY);
      if (count === INCOMPLETE) return false;
      this.streamsLeft = Math.max(0, count);
    }
    for (;;) {
      while (this.entriesLeft > 0) {
        const start = this.at;
        if (!this.parseEntry()) {
          this.needed = Math.max(this.needed - start, 0);
          this.at = start;
          return false;
        }
        this.entriesLeft -= 1;
      }
      if (this.streamsLeft === 0) return true;
      const start = this.at;
      if (!this.parseStream()) {
        this.needed = Math.max(this.needed - start, 0);
        this.at = start;
        return false;
      }
      this.streamsLeft -= 1;
    }
  }

  private parseError(): boolean {
    const end = this.buffer.indexOf('\r\n');
    if (end === -1) return false;
    throw redisReply(this.buffer.toString('utf8', 1, end));
  }

  /** The name of a stream, and how many entries follow. */
  private parseStream(): boolean {
    if (this.header(ARRAY) === INCOMPLETE) return false;
    const length = this.header(BULK);
    if (length === INCOMPLETE || !this.has(length)) return false;
    const key = this.buffer.toString('utf8', this.at, this.at + length);
    this.at += length + 2;
    const count = this.header(ARRAY);
    if (count === INCOMPLETE) return false;
    this.entries = [];
    this.entriesLeft = count;
    this.result.set(key, this.entries);
    return true;
  }

  private parseEntry(): boolean {
    const first = this.at;
    if (this.partial && !this.completes(this.partial)) return false;
    this.partial = undefined;
    this.at = first;
    if (this.header(ARRAY) === INCOMPLETE) return false;
    const length = this.header(BULK);
    if (length === INCOMPLETE || !this.has(length)) return false;
    const id = this.buffer.toString('latin1', this.at, this.at + length);
    this.at += length + 2;
    const count = this.header(this.buffer[this.at] === BULK ? BULK : ARRAY);
    if (count === INCOMPLETE) return false;
    if (count < 0) {
      this.entries.push(new Entry(id, null));
      return true;
    }
    const start = this.at;
    const fields = new Array<string>(count);
    for (let index = 0; index < count; index += 1) {
      const { at } = this;
      const size = this.header(BULK);
      if (size === INCOMPLETE || !this.has(size)) {
        if (this.buffer.length - first >= LONG_REST) this.partial = { at: at - first, left: count - index };
        return false;
      }
      if (this.at + size - start <= MAX_TEXT_LENGTH) fields[index] = this.text(index, size);
      this.at += size + 2;
    }
    if (this.at - start > MAX_TEXT_LENGTH) this.entries.push(this.notText(id, start, count));
    else if (this.isText || isUtf8(this.buffer.subarray(start, this.at))) this.entries.push(new Entry(id, fields));
    else this.entries.push(this.notText(id, start, count));
    return true;
  }

  /** Whether the entry that begins here is all there by now; goes on where it was found not to be. */
  private completes(partial: Partial): boolean {
    const first = this.at;
    while (partial.left > 0) {
      this.at = first + partial.at;
      const size = this.header(BULK);
      if (size === INCOMPLETE || !this.has(size)) return false;
      partial.at = this.at + size + 2 - first;
      partial.left -= 1;
    }
    return true;
  }

  /** An entry that was gone through, once more, with its fields as bytes. @param start where they begin */
  private notText(id: string, start: number, count: number): Entry {
    this.at = start;
    const raw = Array.from({ length: count }, () => {
      const size = this.header(BULK);
      const field = this.buffer.subarray(this.at, this.at + size);
      this.at += size + 2;
      return field;
    });
    const { fields, bytes } = withBytes(id, raw);
    return new Entry(id, fields, bytes);
  }

  private text(place: number, length: number): string {
    const { buffer, at } = this;
    if (length > MAX_REMEMBERED_LENGTH) return buffer.toString('utf8', at, at + length);
    const last = this.remembered[place];
    if (last?.bytes.length === length) {
      let same = 0;
      while (same < length && last.bytes[same] === buffer[at + same]) same += 1;
      if (same === length) {
        last.misses = 0;
        return last.text;
      }
    }
    const text = buffer.toString('utf8', at, at + length);
    const misses = last ? last.misses + 1 : 0;
    if (last && misses > MAX_MISSES && misses % MAX_MISSES !== 0) {
      // An id, say: to remember it is in vain; but now and then it is tried again.
      last.misses = misses;
    } else if (place < MAX_REMEMBERED) {
      // A copy: the chunk is large, and must not live on for a few bytes of it.
      this.remembered[place] = { bytes: Buffer.from(text), text, misses };
    }
    return text;
  }

  /** `*12\r\n` or `$12\r\n`: the number, -1 for null, INCOMPLETE when it is not all there. */
  private header(type: number): number {
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
  private has(length: number): boolean {
    const end = this.at + length + 2;
    if (end <= this.buffer.length) return true;
    this.needed = end;
    return false;
  }
}

const MAX_REMEMBERED = 64;
const MAX_MISSES = 16;

function join(chunks: readonly Buffer[]): Buffer {
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}
