import { KeyPlaces } from '../stream/key-places.js';

/** One event, ready to be appended. */
export interface Appendable {
  /** The stream's key. */
  stream: string;
  /** The key that remembers its idempotency key, if it has one. */
  once: string | undefined;
  /** Names of the entry's fields; the same array for events that have the same fields. */
  names: readonly string[];
  /** Their values. */
  values: readonly string[];
}

/** How much memory it takes while it waits, about: bytes, as if all of its text were ASCII. */
export function weightOf({ values }: Appendable): number {
  let weight = 0;
  for (const value of values) weight += value.length;
  return weight;
}

/** The keys and arguments of `append.lua`. */
export function appendArguments(
  producerKey: string,
  batch: number,
  requests: readonly { events: readonly Appendable[] }[],
  keepMs: { producer: number; idempotency: number },
): { keys: string[]; values: (string | number)[] } {
  const places = new KeyPlaces(producerKey);
  const layouts = new Map<readonly string[], number>();
  const rest: (string | number)[] = [requests.length];
  for (const { events } of requests) {
    rest.push(events.length);
    for (const { stream, once, names, values } of events) {
      let layout = layouts.get(names);
      if (layout === undefined) layouts.set(names, (layout = layouts.size + 1));
      rest.push(places.placeOf(stream), once === undefined ? 0 : places.placeOf(once), layout);
      for (const value of values) rest.push(value);
    }
  }
  const values: (string | number)[] = [batch, keepMs.producer, keepMs.idempotency, layouts.size];
  for (const names of layouts.keys()) values.push(names.length, ...names);
  return { keys: places.keys, values: values.concat(rest) };
}
