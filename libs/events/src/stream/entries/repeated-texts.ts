/** Text that is remembered from one entry to the next: names of fields, and values that seldom change. */
const MAX_LENGTH = 40;
const MAX_PLACES = 64;
/** After so many other texts at a place it is tried less often. */
const MAX_MISSES = 16;

interface Remembered {
  bytes: Buffer;
  text: string;
  /** How often in a row another text came. */
  misses: number;
}

/** Makes text of bytes. What is as it was at the same place of the entry before is compared, and not made anew. */
export class RepeatedTexts {
  private readonly remembered: Remembered[] = [];

  /** @param place of the text in its entry */
  text(buffer: Buffer, at: number, length: number, place: number): string {
    if (length > MAX_LENGTH) return buffer.toString('utf8', at, at + length);
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
    } else if (place < MAX_PLACES) {
      // A copy: the chunk is large, and must not live on for a few bytes of it.
      this.remembered[place] = { bytes: Buffer.from(text), text, misses };
    }
    return text;
  }
}
