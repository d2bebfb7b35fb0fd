import { isUtf8 } from 'node:buffer';
import type { Redis } from 'ioredis';

/** A stream entry: its id, its fields as names and values in turn, and the same as bytes if they are not UTF-8. */
export type RawEntry = [id: string, fields: string[], bytes?: Buffer[] | undefined];

/** The character that replaces bytes that are not UTF-8. A text can contain it itself, too. */
const REPLACEMENT = '\ufffd';

const PAGE = 1000;

/** A stream's entries up to an id, in pages, oldest first. The next page is requested before one is returned. */
export async function* entryPages(redis: Redis, key: string, to: string): AsyncGenerator<RawEntry[]> {
  let next = redis.xrange(key, '-', to, 'COUNT', PAGE);
  for (;;) {
    const page = await next;
    const last = page.at(-1);
    if (!last) return;
    if (last[0] === to) {
      yield await withBytes(redis, key, page);
      return;
    }
    next = redis.xrange(key, `(${last[0]}`, to, 'COUNT', PAGE);
    // A caller that stops early never awaits it; any other gets its error from the next page.
    next.catch(() => undefined);
    yield await withBytes(redis, key, page);
  }
}

async function withBytes(redis: Redis, key: string, page: readonly RawEntry[]): Promise<RawEntry[]> {
  const entries: RawEntry[] = [];
  for (const [id, fields] of page) {
    const isDoubtful = fields.some((field) => field.includes(REPLACEMENT));
    const [found] = isDoubtful ? await redis.xrangeBuffer(key, id, id) : [];
    const isText = found?.[1].every((field) => isUtf8(field)) ?? true;
    entries.push(isText ? [id, fields] : [id, fields, found?.[1]]);
  }
  return entries;
}

/** All members of a set. */
export async function membersOf(redis: Redis, key: string): Promise<Set<string>> {
  const members = new Set<string>();
  let cursor = '0';
  do {
    const [next, page] = await redis.sscan(key, cursor, 'COUNT', PAGE);
    for (const member of page) members.add(member);
    cursor = next;
  } while (cursor !== '0');
  return members;
}
