import { isUtf8 } from 'node:buffer';
import type { ReplyParser } from '../../connection/connection.js';
import { redisReply } from '../../connection/redis-reply.js';
import { asBytes, asList, type Reply } from '../../connection/reply.js';
import { asRawEntry, entryOf, MAX_TEXT_LENGTH, withBytes } from './raw-entry.js';
import { RepeatedTexts } from './repeated-texts.js';
import { INCOMPLETE, LONG_REST, ReplyBytes } from './reply-bytes.js';
import type { StreamEntry } from './stream-entry.js';

const ERROR = 45; // -
const BULK = 36; // $
const ARRAY = 42; // *

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
  private readonly bytes = new ReplyBytes();
  private readonly texts = new RepeatedTexts();
  /** Of the entry that is not all there, what was found to be: an entry of many fields must not be gone through with each chunk. */
  private partial: Partial | undefined;
  private result = new Map<string, StreamEntry[]>();
  private streamsLeft = -1;
  private entriesLeft = 0;
  private entries: StreamEntry[] = [];

  push(chunk: Buffer): Map<string, StreamEntry[]> | undefined {
    return this.bytes.add(chunk) && this.parse() ? this.finish() : undefined;
  }

  fromReply(reply: Reply<Buffer>): Map<string, StreamEntry[]> {
    const rows = reply === null ? [] : asList(reply, 'XREADGROUP');
    return new Map(
      rows.map((row) => {
        const [key, entries] = asList(row, 'XREADGROUP');
        const read = asList(entries, 'XREADGROUP').map((entry) =>
          entryOf(asRawEntry(entry, 'XREADGROUP'), MAX_TEXT_LENGTH),
        );
        return [asBytes(key, 'XREADGROUP').toString(), read];
      }),
    );
  }

  reset(): void {
    this.bytes.reset();
    this.partial = undefined;
    this.result = new Map();
    this.streamsLeft = -1;
    this.entriesLeft = 0;
  }

  private finish(): Map<string, StreamEntry[]> {
    if (this.bytes.at !== this.bytes.buffer.length) throw new Error('more bytes came than the reply has');
    const { result } = this;
    this.reset();
    return result;
  }

  /** @returns whether the reply is complete */
  private parse(): boolean {
    const { bytes } = this;
    if (this.streamsLeft === -1) {
      if (bytes.buffer.length === 0) return false;
      if (bytes.buffer[0] === ERROR) return this.parseError();
      const count = bytes.header(ARRAY);
      if (count === INCOMPLETE) return false;
      this.streamsLeft = Math.max(0, count);
    }
    for (;;) {
      while (this.entriesLeft > 0) {
        const start = bytes.at;
        if (!this.parseEntry()) {
          bytes.backTo(start);
          return false;
        }
        this.entriesLeft -= 1;
      }
      if (this.streamsLeft === 0) return true;
      const start = bytes.at;
      if (!this.parseStream()) {
        bytes.backTo(start);
        return false;
      }
      this.streamsLeft -= 1;
    }
  }

  private parseError(): boolean {
    const { bytes } = this;
    const end = bytes.buffer.indexOf('\r\n');
    if (end === -1) return false;
    throw redisReply(bytes.buffer.toString('utf8', 1, end));
  }

  /** The name of a stream, and how many entries follow. */
  private parseStream(): boolean {
    const { bytes } = this;
    if (bytes.header(ARRAY) === INCOMPLETE) return false;
    const length = bytes.header(BULK);
    if (length === INCOMPLETE || !bytes.has(length)) return false;
    const key = bytes.buffer.toString('utf8', bytes.at, bytes.at + length);
    bytes.at += length + 2;
    const count = bytes.header(ARRAY);
    if (count === INCOMPLETE) return false;
    this.entries = [];
    this.entriesLeft = count;
    this.result.set(key, this.entries);
    return true;
  }

  private parseEntry(): boolean {
    const { bytes } = this;
    const first = bytes.at;
    if (this.partial && !this.completes(this.partial)) return false;
    this.partial = undefined;
    bytes.at = first;
    if (bytes.header(ARRAY) === INCOMPLETE) return false;
    const length = bytes.header(BULK);
    if (length === INCOMPLETE || !bytes.has(length)) return false;
    const id = bytes.buffer.toString('latin1', bytes.at, bytes.at + length);
    bytes.at += length + 2;
    const count = bytes.header(bytes.buffer[bytes.at] === BULK ? BULK : ARRAY);
    if (count === INCOMPLETE) return false;
    if (count < 0) {
      this.entries.push(new Entry(id, null));
      return true;
    }
    const start = bytes.at;
    const fields = new Array<string>(count);
    for (let index = 0; index < count; index += 1) {
      const { at } = bytes;
      const size = bytes.header(BULK);
      if (size === INCOMPLETE || !bytes.has(size)) {
        if (bytes.buffer.length - first >= LONG_REST) this.partial = { at: at - first, left: count - index };
        return false;
      }
      if (bytes.at + size - start <= MAX_TEXT_LENGTH)
        fields[index] = this.texts.text(bytes.buffer, bytes.at, size, index);
      bytes.at += size + 2;
    }
    if (bytes.at - start > MAX_TEXT_LENGTH) this.entries.push(this.notText(id, start, count));
    else if (bytes.isText || isUtf8(bytes.buffer.subarray(start, bytes.at))) this.entries.push(new Entry(id, fields));
    else this.entries.push(this.notText(id, start, count));
    return true;
  }

  /** Whether the entry that begins here is all there by now; goes on where it was found not to be. */
  private completes(partial: Partial): boolean {
    const { bytes } = this;
    const first = bytes.at;
    while (partial.left > 0) {
      bytes.at = first + partial.at;
      const size = bytes.header(BULK);
      if (size === INCOMPLETE || !bytes.has(size)) return false;
      partial.at = bytes.at + size + 2 - first;
      partial.left -= 1;
    }
    return true;
  }

  /** An entry that was gone through, once more, with its fields as bytes. @param start where they begin */
  private notText(id: string, start: number, count: number): Entry {
    const { bytes } = this;
    bytes.at = start;
    const raw = Array.from({ length: count }, () => {
      const size = bytes.header(BULK);
      const field = bytes.buffer.subarray(bytes.at, bytes.at + size);
      bytes.at += size + 2;
      return field;
    });
    const entry = withBytes(id, raw);
    return new Entry(id, entry.fields, entry.bytes);
  }
}
