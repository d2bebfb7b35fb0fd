import { KeyPlaces } from '../stream/key-places.js';

/** One event, ready to be appended. */
export interface Appendable {
  /** The stream's key. */
  stream: string;
  /** The key that remembers its idempotency key, if it has one. */
  once?: string;
  /** Field, value, field, value, … */
  fields: readonly string[];
}

/** How much memory it takes while it waits, about: bytes, as if all of its text were ASCII. */
export function weightOf({ fields }: Appendable): number {
  return fields.reduce((sum, field) => sum + field.length, 0);
}

/** The keys and arguments of `append.lua`. */
export function appendArguments(
  producerKey: string,
  sequence: number,
  events: readonly Appendable[],
  keepMs: { producer: number; idempotency: number },
): { keys: string[]; values: (string | number)[] } {
  const places = new KeyPlaces(producerKey);
  const values: (string | number)[] = [sequence, keepMs.producer, keepMs.idempotency, events.length];
  for (const { stream, once, fields } of events) {
    values.push(places.placeOf(stream), once === undefined ? 0 : places.placeOf(once), fields.length, ...fields);
  }
  return { keys: places.keys, values };
}
