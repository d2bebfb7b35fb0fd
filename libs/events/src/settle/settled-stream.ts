import { compareEntryIds } from '../stream/entries/entry-id.js';
import type { Settlement } from './settlement.js';

/** What `settle.lua` must know of a stream before it looks at the single settlements: it asks for all of their entries at once. */
export class SettledStream {
  readonly streamKey: string;
  readonly notes: string;
  /** How many settlements. */
  count = 0;
  lowest: string;
  highest: string;
  /** The highest id of an entry that has an event id, and that event id; empty for none. */
  newest = '';
  newestEvent = '';

  /** @param place from 1, as in Lua */
  constructor(
    { streamKey, notes, id }: Settlement,
    readonly place: number,
  ) {
    this.streamKey = streamKey;
    this.notes = notes;
    this.lowest = id;
    this.highest = id;
  }

  /** Counts a settlement of this stream. */
  add({ id, eventId }: Settlement): void {
    this.count += 1;
    if (compareEntryIds(id, this.highest) > 0) this.highest = id;
    else if (compareEntryIds(id, this.lowest) < 0) this.lowest = id;
    if (eventId !== '' && (id === this.highest || this.newest === '' || compareEntryIds(id, this.newest) > 0)) {
      this.newest = id;
      this.newestEvent = eventId;
    }
  }
}
