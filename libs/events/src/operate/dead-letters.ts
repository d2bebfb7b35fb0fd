import type { OperatorNote } from '../model/operator-note.js';
import { DeadLetterGoneError, KeyParkedError, OriginalGoneError } from '../model/errors/dead-letter.js';
import { EventPayloadError } from '../model/errors/publishing.js';
import type { ResolvedOptions } from '../options/options.js';
import type { PayloadLimits } from '../model/payload-limits.js';
import { checkedJson, payloadOfJson } from '../publish/payload.js';
import { splitReplay } from '../stream/channel.js';
import { compareEntryIds } from '../stream/entry-id.js';
import type { Partitions } from '../stream/partitions.js';
import type { MonitorClient } from '../stream/monitor-client.js';
import { pairs } from '../stream/pairs.js';
import { MAX_WHOLE_BYTES, peek } from '../stream/peek.js';
import { rangePages, type RangeOptions } from '../stream/range-pages.js';
import { REPLY_BYTES } from '../stream/read-pace.js';
import type { StreamClient } from '../stream/stream-client.js';
import type { StreamEntry } from '../stream/stream-entry.js';
import type { DeadLetterReason } from '../model/outcome.js';
import { bounded } from '../log/safe-text.js';
import { MAX_NAME_LENGTH } from '../model/thrown.js';
import { parseDeadLetter, type DeadLetter } from './dead-letter.js';
import { locate, nameOf, type DeadLetterPlace } from './dead-letter-place.js';

/** Which dead letters: those that fit in all that is given. */
export interface DeadLetterFilter {
  group?: string;
  handler?: string;
  reason?: DeadLetterReason;
  eventType?: string;
  errorName?: string;
  correlationId?: string;
}

/** A payload in the place of the original's: as an object, or as JSON. */
export interface ReplacementPayload {
  data?: Record<string, unknown>;
  json?: string;
}

/** What was done to a dead letter. */
export interface DeadLetterAction {
  id: string;
  action: 'replayed' | 'discarded';
  /** The dead letter's id, and the entry that it was. */
  deadLetter: string;
  entryId: string;
  group: string;
  handler: string;
  /** Whether the payload was edited. */
  edited: boolean;
  by: string;
  why: string;
  /** Whether who noted it vouched for `by`. */
  verified: boolean;
  /** RFC 3339. */
  at: string;
}

/** A dead letter on its way back to its group. */
export interface PendingReplay {
  /** Its id among the group's replays. */
  id: string;
  group: string;
  handler: string;
  /** The entry that it was. */
  entryId: string;
}

/** Dead letters of one stream, in a row. */
export interface DeadLetterPage {
  deadLetters: DeadLetter[];
  /** How large they are together, about, in bytes. */
  bytes: number;
  /** Nothing of the range is left. */
  isEnd: boolean;
}

const PAGE = 100;
/** How many events on their way back to one group are looked through. */
const MAX_REPLAYING = 10_000;
/** How many actions the history of a stream keeps, about. */
const HISTORY_LENGTH = 10_000;
/** What is shown of who did it and why, in characters; an action with more of it was noted by another hand. */
const MAX_NOTE_LENGTH = 4000;
/** What is read of an action, in bytes. */
const ACTION_BYTES = 128 * 1024;
/** Up to which size a dead letter is read whole, in bytes, where a filter alone looks at it. */
const FILTERED_BYTES = 32 * 1024;
/** Up to which size a replay is read whole, in bytes: only where it came from is of interest. */
const ORIGIN_BYTES = 8 * 1024;
/** How the entry of a dead letter that can be replayed is called. */
const ENTRY_ID = /^\d{1,20}-\d{1,20}$/;

/**
 * Lists, inspects, replays and discards what groups gave up. With partitions, a dead letter's id begins with its
 * partition's number: `3:1750000000000-0`.
 */
export class DeadLetters {
  /** @internal */
  constructor(
    private readonly options: ResolvedOptions,
    private readonly client: StreamClient,
    private readonly monitor: MonitorClient,
    private readonly partitions: Partitions,
  ) {}

  /**
   * The dead letters of a stream, oldest first; with partitions, one partition after the other.
   *
   * @param stream the stream's name without prefix
   * @param options.after the id of the last one of the page before
   * @param options.count how many at most; default 100
   */
  async list(
    stream: string,
    filter: DeadLetterFilter = {},
    options: { after?: string; count?: number } = {},
  ): Promise<DeadLetter[]> {
    const { after, count = PAGE } = options;
    const found: DeadLetter[] = [];
    for await (const deadLetter of this.scan(stream, filter, after === undefined ? {} : { after })) {
      if (found.push(deadLetter) >= count) break;
    }
    return found;
  }

  /**
   * The dead letters of a stream that fit, one after the other, oldest first, however many there are; with partitions, one
   * partition after the other.
   *
   * @param options.after the id of one: those after it
   * @param options.wholeBytes up to which size they come whole, as with {@link DeadLetters.pages}
   */
  async *scan(
    stream: string,
    filter: DeadLetterFilter = {},
    options: { after?: string; wholeBytes?: number } = {},
  ): AsyncGenerator<DeadLetter> {
    const { after, wholeBytes } = options;
    const place = after === undefined ? undefined : locate(after, this.partitions);
    for (let partition = place?.partition ?? 0; partition < this.partitions.count; partition += 1) {
      const from = partition === place?.partition ? `(${place.entryId}` : '-';
      yield* this.scanOne(stream, partition, filter, { from, ...(wholeBytes === undefined ? {} : { wholeBytes }) });
    }
  }

  /** The dead letters of a stream, newest first; with partitions, of each. @param count how many at most, of each */
  async latest(stream: string, count = PAGE): Promise<DeadLetter[]> {
    const latest = await Promise.all(
      this.partitions.all.map(async (keyspace, partition) => {
        const entries = await this.newest(keyspace.deadLetters(stream), count);
        return entries.map((entry) => this.named(entry, partition));
      }),
    );
    return latest.flat();
  }

  /**
   * The dead letters of a stream page by page, however many and however large they are: a page is what one reply brings,
   * which is bounded in bytes. With partitions, one partition after the other.
   *
   * @param range.from and `to`: ids of dead letters, `(` before one leaves it out; with partitions, ids within each
   */
  async *pages(stream: string, range: RangeOptions = {}): AsyncGenerator<DeadLetterPage> {
    for (const [partition, keyspace] of this.partitions.all.entries()) {
      const isLastPartition = partition === this.partitions.count - 1;
      for await (const { entries, bytes, isEnd } of rangePages(this.monitor, keyspace.deadLetters(stream), range)) {
        const deadLetters = entries.map((entry) => this.named(entry, partition));
        yield { deadLetters, bytes, isEnd: isEnd && isLastPartition };
      }
    }
  }

  /** What was replayed to these groups and is not settled since, up to ten thousand for each of them. */
  async replaying(stream: string, groups: readonly string[]): Promise<PendingReplay[]> {
    const found: PendingReplay[] = [];
    for (const keyspace of this.partitions.all) {
      for (const group of groups) {
        let left = MAX_REPLAYING;
        const { key } = keyspace.replays(stream, group);
        for await (const { entries } of rangePages(this.monitor, key, { wholeBytes: ORIGIN_BYTES })) {
          for (const entry of entries) {
            const { origin } = splitReplay(entry);
            found.push({ id: entry.id, group, handler: origin.handler, entryId: origin.id });
          }
          left -= entries.length;
          if (left <= 0) break;
        }
      }
    }
    return found;
  }

  /**
   * One of them; of one larger than `wholeBytes` a part, as with {@link DeadLetters.pages}.
   *
   * @param options.wholeBytes default: 8 MiB
   * @throws DeadLetterGoneError when there is none of this id
   */
  async get(stream: string, id: string, options: { wholeBytes?: number } = {}): Promise<DeadLetter> {
    const { wholeBytes = MAX_WHOLE_BYTES } = options;
    const place = locate(id, this.partitions);
    if (place) {
      const { keyspace, entryId } = place;
      const range = { from: entryId, to: entryId, order: 'oldest-first', count: 1 } as const;
      const question = peek({ key: keyspace.deadLetters(stream), ...range }, { replyBytes: REPLY_BYTES, wholeBytes });
      const [entry] = (await this.monitor.ask(question)).entries;
      if (entry) return this.named(entry, place.partition);
    }
    throw new DeadLetterGoneError(stream, id);
  }

  /**
   * Delivers a dead letter again: to the group that gave it up, and there to the handler that failed. Replayed by two at
   * once, it is delivered once.
   *
   * @param options.data another payload instead of the original's
   * @param options.json the same as JSON: what of it is as it was stays so, digit by digit
   * @returns the id of the entry in the group's replays
   * @throws DeadLetterGoneError when somebody has replayed or discarded it meanwhile
   * @throws EventPayloadError when JSON cannot carry the other payload
   * @throws KeyParkedError when its key is parked, and it is not the first of it
   * @throws OriginalGoneError when it holds a part of its entry, and its stream has no more of it
   */
  async replay(stream: string, id: string, options: OperatorNote & ReplacementPayload = {}): Promise<string> {
    return this.take(stream, await this.get(stream, id), 'replayed', options, options);
  }

  /**
   * Replays all that fit the filter and are there now, in the order of their originals. Of a parked key it replays the
   * first, which brings the others. Those that cannot be replayed stay.
   *
   * @returns how many
   */
  async replayAll(stream: string, filter: DeadLetterFilter = {}, note: OperatorNote = {}): Promise<number> {
    return this.eachNow(stream, filter, (id) => this.replay(stream, id, note));
  }

  /** Gives a dead letter up for good. @throws DeadLetterGoneError */
  async discard(stream: string, id: string, note: OperatorNote = {}): Promise<void> {
    await this.take(stream, await this.get(stream, id), 'discarded', note);
  }

  /** Discards all that fit the filter and are there now. @returns how many */
  async discardAll(stream: string, filter: DeadLetterFilter = {}, note: OperatorNote = {}): Promise<number> {
    return this.eachNow(stream, filter, (id) => this.discard(stream, id, note));
  }

  /** What was replayed and discarded, latest first. */
  async history(stream: string, count = PAGE): Promise<DeadLetterAction[]> {
    const histories = await Promise.all(
      this.partitions.all.map(async (keyspace, partition) => {
        const entries = await this.newest(keyspace.deadLetterHistory(stream), count, ACTION_BYTES);
        return entries.map(({ id, fields }) => ({ id, partition, noted: new Map(pairs(fields ?? [])) }));
      }),
    );
    // Within one partition they are in order already.
    const latest = histories.flat().sort((one, other) => compareEntryIds(other.id, one.id));
    return latest.slice(0, count).map(({ id, partition, noted }) => {
      const text = (name: string): string => bounded(noted.get(name) ?? '', MAX_NOTE_LENGTH);
      return {
        id: nameOf(id, partition, this.partitions),
        action: text('action') as DeadLetterAction['action'],
        ...{ deadLetter: text('deadLetter'), entryId: text('entryId'), group: text('group'), handler: text('handler') },
        ...{ edited: text('edited') === 'true', by: text('by'), why: text('why'), at: text('at') },
        verified: text('verified') === 'true',
      };
    });
  }

  /** The last entries of a stream, latest first, reply by reply. */
  private async newest(key: string, count: number, wholeBytes = MAX_WHOLE_BYTES): Promise<StreamEntry[]> {
    const found: StreamEntry[] = [];
    for await (const { entries } of rangePages(this.monitor, key, { order: 'newest-first', wholeBytes })) {
      for (const entry of entries.slice(0, count - found.length)) found.push(entry);
      if (found.length >= count) break;
    }
    return found;
  }

  private async take(
    stream: string,
    deadLetter: DeadLetter,
    action: DeadLetterAction['action'],
    { by = '', why = '', verified = false }: OperatorNote,
    other: ReplacementPayload = {},
  ): Promise<string> {
    const { id: name, entryId, group, handler, partitionKey = '' } = deadLetter;
    if (action === 'replayed' && (!ENTRY_ID.test(entryId) || group === '')) {
      const why = `its dead letter ${name} does not say which entry of which group it was: it can be discarded, not replayed`;
      throw new EventPayloadError(typeOf(deadLetter), '', why);
    }
    const { keyspace, partition, entryId: deadLetterId } = locate(name, this.partitions) as DeadLetterPlace;
    const edited = otherJson(typeOf(deadLetter), other, this.options.producer);
    const booked = Object.entries({
      action,
      deadLetter: name,
      entryId,
      group,
      handler,
      by,
      why,
      edited: String(edited !== ''),
      ...(verified ? { verified: 'true' } : {}),
      at: new Date().toISOString(),
    });
    const keys = [
      keyspace.deadLetters(stream),
      keyspace.deadLetterHistory(stream),
      keyspace.parked(stream, group, handler, partitionKey),
      ...(action === 'replayed' ? [keyspace.replays(stream, group).key, keyspace.stream(stream)] : []),
    ];
    const reply = await this.client.deadLetters.take(keys, [
      deadLetterId,
      entryId,
      HISTORY_LENGTH,
      edited,
      ...booked.flat(),
    ]);
    switch (reply.status) {
      case 'taken':
        return reply.replayId;
      case 'gone':
        throw new DeadLetterGoneError(stream, name);
      case 'parked':
        throw new KeyParkedError(
          stream,
          name,
          partitionKey,
          reply.first === '-' ? '-' : nameOf(reply.first, partition, this.partitions),
        );
      case 'lost':
        throw new OriginalGoneError(stream, name, entryId);
      case 'unfit':
        throw new EventPayloadError(typeOf(deadLetter), '', 'it has too many fields to be replayed');
    }
  }

  /** A replay that fails makes a new dead letter at the end; what is there now ends before it. */
  private async eachNow(
    stream: string,
    filter: DeadLetterFilter,
    act: (id: string) => Promise<unknown>,
  ): Promise<number> {
    const found: { id: string; entryId: string }[] = [];
    for (const [partition, keyspace] of this.partitions.all.entries()) {
      const [last] = await this.newest(keyspace.deadLetters(stream), 1, 0);
      if (!last) continue;
      const deadLetters = this.scanOne(stream, partition, filter, { to: last.id, wholeBytes: FILTERED_BYTES });
      for await (const { id, entryId } of deadLetters) found.push({ id, entryId });
    }
    let count = 0;
    for (const { id } of found.sort((a, b) => compareEntryIds(a.entryId, b.entryId))) {
      try {
        await act(id);
        count += 1;
      } catch (error) {
        // Somebody else was quicker, or the first of its key brings it, or nobody can: then it stays.
        if (!UNTAKEN.some((type) => error instanceof type)) throw error;
      }
    }
    return count;
  }

  private async *scanOne(
    stream: string,
    partition: number,
    filter: DeadLetterFilter,
    range: RangeOptions,
  ): AsyncGenerator<DeadLetter> {
    const key = this.partitions.at(partition).deadLetters(stream);
    for await (const { entries } of rangePages(this.monitor, key, range)) {
      for (const entry of entries) {
        const deadLetter = this.named(entry, partition);
        if (fits(deadLetter, filter)) yield deadLetter;
      }
    }
  }

  private named(entry: StreamEntry, partition: number): DeadLetter {
    const deadLetter = parseDeadLetter(entry);
    return { ...deadLetter, id: nameOf(deadLetter.id, partition, this.partitions) };
  }
}

const UNTAKEN = [DeadLetterGoneError, KeyParkedError, OriginalGoneError, EventPayloadError];

/** What is said of it in an error. */
function typeOf({ event }: DeadLetter): string {
  return event ? bounded(event.event_type, MAX_NAME_LENGTH) : 'The entry';
}

/** The other payload as JSON; '' for none. @throws EventPayloadError */
function otherJson(type: string, { data, json }: ReplacementPayload, limits: PayloadLimits): string {
  if (data !== undefined && json !== undefined)
    throw new EventPayloadError(type, '', 'expected data or json, got both');
  // Numbers that JavaScript does not hold were there before: they are for the group's own rules.
  if (json !== undefined) return payloadOfJson(type, json, limits, true).json;
  return data === undefined ? '' : checkedJson(type, data, limits);
}

function fits(deadLetter: DeadLetter, filter: DeadLetterFilter): boolean {
  const { group, handler, reason, eventType, errorName, correlationId } = filter;
  return (
    (group === undefined || deadLetter.group === group) &&
    (handler === undefined || deadLetter.handler === handler) &&
    (reason === undefined || deadLetter.reason === reason) &&
    (eventType === undefined || deadLetter.event?.event_type === eventType) &&
    (errorName === undefined || deadLetter.errorName === errorName) &&
    (correlationId === undefined || deadLetter.event?.correlation_id === correlationId)
  );
}
