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

/** The largest sequence number that an id can have. */
const LAST_SEQUENCE = '18446744073709551615';

/** The highest id below this one: what comes after it begins with this one. Of the lowest it is that itself. */
export function entryIdBefore(id: string): string {
  const [ms = '0', sequence = '0'] = id.split('-');
  if (BigInt(sequence) > 0n) return `${ms}-${String(BigInt(sequence) - 1n)}`;
  return BigInt(ms) > 0n ? `${String(BigInt(ms) - 1n)}-${LAST_SEQUENCE}` : '0-0';
}
