import type { StreamEntry } from './stream-entry.js';

/** What one reply brings at most, about, in bytes: entries of a stream can be of any size, and a reply is held whole. */
export const REPLY_BYTES = 4 * 1024 * 1024;

/** So many entries are asked for where nothing is known of their size; and more only as far as those before were small. */
const FIRST_ENTRIES = 8;
const GROWTH = 4;
/** Small entries in a row tell nothing of the next one: this is how many large ones a reply can bring unawares. */
const MAX_ENTRIES = 128;

/**
 * How many entries the next read of a stream may ask for: as many as fit into the bytes of one reply when they are as
 * large as the largest of the reply before. Redis takes a number of entries and not of bytes.
 */
export class ReadPace {
  private allowed: number;

  /** @param replyBytes of one reply, about; a single entry can be larger */
  constructor(
    private readonly replyBytes = REPLY_BYTES,
    private readonly mostEntries = MAX_ENTRIES,
  ) {
    this.allowed = Math.min(FIRST_ENTRIES, mostEntries);
  }

  /** How many entries to ask for. */
  get count(): number {
    return this.allowed;
  }

  /** Takes note of a reply. @returns its size in bytes, about */
  saw(entries: readonly (Pick<StreamEntry, 'fields' | 'cut'> | null)[]): number {
    let bytes = 0;
    let largest = 1;
    for (const entry of entries) {
      const size = entry?.cut?.bytes ?? sizeOf(entry?.fields ?? []);
      bytes += size;
      if (size > largest) largest = size;
    }
    if (entries.length > 0) {
      const fitting = Math.max(1, Math.floor(this.replyBytes / largest));
      this.allowed = Math.min(fitting, this.allowed * GROWTH, this.mostEntries);
    }
    return bytes;
  }
}

/** How large an entry is: the characters of its fields and values, which are bytes but for other alphabets. */
export function sizeOf(fields: readonly string[]): number {
  let size = 0;
  for (const text of fields) size += text.length;
  return size;
}
