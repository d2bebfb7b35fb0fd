/** Orders two entry ids (`milliseconds-sequence`) as the stream does: negative when `a` comes first. */
export function compareEntryIds(a: string, b: string): number {
  // Mostly their texts have the same form, and then the same order.
  if (a.length === b.length && a.indexOf('-') === b.indexOf('-')) return a < b ? -1 : a > b ? 1 : 0;
  const [aMs = '0', aSequence = '0'] = a.split('-');
  const [bMs = '0', bSequence = '0'] = b.split('-');
  return Number(aMs) - Number(bMs) || Number(aSequence) - Number(bSequence);
}

/** When an entry was appended, by the server's clock: milliseconds since 1970. */
export function timeOfEntryId(id: string): number {
  return Number(id.split('-', 1)[0]);
}

const ENTRY_ID = /^(\d{1,20})-(\d{1,20})$/;
/** The largest number of milliseconds, and the largest sequence number, that an id can have. */
const MAX_UINT64 = 2n ** 64n - 1n;

/** Whether it has the form of an entry's id: `1795452268988-0`, two numbers of 64 bits. */
export function isEntryId(text: string): boolean {
  const [, ms, sequence] = ENTRY_ID.exec(text) ?? [];
  return ms !== undefined && sequence !== undefined && BigInt(ms) <= MAX_UINT64 && BigInt(sequence) <= MAX_UINT64;
}

/** The highest id below this one: what comes after it begins with this one. Of the lowest it is that itself. */
export function entryIdBefore(id: string): string {
  const [ms = '0', sequence = '0'] = id.split('-');
  if (BigInt(sequence) > 0n) return `${ms}-${String(BigInt(sequence) - 1n)}`;
  return BigInt(ms) > 0n ? `${String(BigInt(ms) - 1n)}-${String(MAX_UINT64)}` : '0-0';
}
