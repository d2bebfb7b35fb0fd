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
