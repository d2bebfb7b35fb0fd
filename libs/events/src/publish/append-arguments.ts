import type { Argument } from '../connection/encode-command.js';
import { PackedValues } from '../connection/packed-values.js';
import { KeyPlaces } from '../stream/scripts/key-places.js';
import { Layouts, type LaidOut } from '../stream/entries/layouts.js';
import type { Unsealed } from '../personal/unsealed.js';

/** One event, ready to be appended. */
export interface Appendable extends LaidOut {
  streamKey: string;
  /** The key that remembers its idempotency key, if it has one. */
  once: string | undefined;
  /** Its personal data, which is encrypted when it is sent. */
  unsealed?: Unsealed | undefined;
}

/** About how much memory an event takes while it waits to be sent: bytes, as if all of its text were ASCII. */
export function weightOf({ values }: Appendable): number {
  let weight = 0;
  for (const value of values) weight += value.length;
  return weight;
}

/**
 * The keys and arguments of `append.lua`.
 *
 * @param after the number of the batch that must be the last that was appended; undefined for any
 * @param isRenewed whether the server is to keep the producer's memory for its whole time from now on
 */
export function appendArguments(
  producerKey: string,
  batch: number,
  after: number | undefined,
  requests: readonly { events: readonly Appendable[] }[],
  keepMs: { producer: number; idempotency: number },
  isRenewed: boolean,
): { keys: string[]; values: Argument[] } {
  const places = new KeyPlaces(producerKey);
  const layouts = new Layouts();
  const packed = new PackedValues([requests.length]);
  for (const { events } of requests) {
    packed.add(events.length);
    for (const { streamKey, once, layout, values } of events) {
      packed.add(places.placeOf(streamKey));
      packed.add(once === undefined ? 0 : places.placeOf(once));
      packed.add(layouts.placeOf(layout));
      packed.addAll(values);
    }
  }
  const values = [batch, keepMs.producer, keepMs.idempotency, layouts.packed, packed, isRenewed ? 1 : 0, after ?? ''];
  return { keys: places.keys, values };
}
