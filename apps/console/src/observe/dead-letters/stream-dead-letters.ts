import { compareEntryIds, timeOfEntryId, type DeadLetter, type DeadLetters } from 'nestjs-event-streams';
import { MAX_REPLAYABLE_VALUES } from 'nestjs-event-streams/internal';
import { cut } from '../../streams/entry-summary.js';
import { causeOf, type Cause } from './cause.js';

/** How many dead letters of a stream are indexed: the newest. About 30 MB. */
export const MAX_DEAD_LETTERS = 100_000;
/** How many causes are indexed. With more, each dead letter seems to have its own cause. */
const MAX_CAUSES = 1000;
/** Up to which size a dead letter is read whole for the index, in bytes: the rest of a longer message adds nothing. */
export const BOOKED_BYTES = 128 * 1024;
const MAX_NAME_LENGTH = 256;
/** How many actions are read at first, and about how many the history keeps. */
const FIRST_ACTIONS = 100;
const MAX_ACTIONS = 10_000;

/** A dead letter in the index: without its event. */
export interface BookedDeadLetter {
  id: string;
  /** The id of the original entry. */
  entryId: string;
  cause: Cause;
  eventType: string | null;
  attempts: number;
  replays: number;
  firstFailedMs: number;
  lastFailedMs: number;
  /** It has too many fields to be replayed. */
  isWide: boolean;
}

/** An index of the dead letters of one stream, without their events. Reads each one once, newest first, and stays up to date. */
export class StreamDeadLetters {
  /** How many there are in Redis. */
  total = 0;
  /** Those that were read backwards: newest first. */
  private older: BookedDeadLetter[] = [];
  /** Those that were added after that: oldest first. */
  private newer: BookedDeadLetter[] = [];
  private readonly byEntry = new Map<string, BookedDeadLetter[]>();
  private readonly causes = new Map<string, Cause>();
  private isThrough = false;
  private isCurrent = false;
  /** The last action of the history that was applied to the index. */
  private lastAction: string | undefined;

  /**
   * @param name of the stream, without prefix
   * @param countIn counts the dead letters of a stream
   * @param most how many are indexed; 0 for none: then only their number is known
   */
  constructor(
    readonly name: string,
    private readonly deadLetters: DeadLetters,
    private readonly countIn: (stream: string) => Promise<number>,
    private readonly most: number,
  ) {}

  /** Whether all of them are indexed. */
  get isComplete(): boolean {
    return this.isThrough && this.isCurrent;
  }

  /** Whether another refresh would find more. */
  get isReading(): boolean {
    return this.most > 0 && (!this.isCurrent || (!this.isThrough && !this.isFull()));
  }

  private isFull(): boolean {
    return this.size >= this.most || this.causes.size >= MAX_CAUSES;
  }

  get size(): number {
    return this.older.length + this.newer.length;
  }

  /** How many entries they belong to: each handler that gives up an entry writes its own dead letter. */
  get entries(): number {
    return this.byEntry.size;
  }

  /** The groups that gave them up. */
  get groups(): ReadonlySet<string> {
    const groups = new Set<string>();
    for (const { cause } of this) groups.add(cause.group);
    return groups;
  }

  /** Newest first. */
  *[Symbol.iterator](): Generator<BookedDeadLetter> {
    for (let index = this.newer.length - 1; index >= 0; index -= 1) yield this.newer[index] as BookedDeadLetter;
    yield* this.older;
  }

  /** The dead letters of one entry and one group, newest first. */
  of(entryId: string, group: string): BookedDeadLetter[] {
    const found = this.byEntry.get(entryId)?.filter(({ cause }) => cause.group === group) ?? [];
    return found.sort((a, b) => compareEntryIds(b.id, a.id));
  }

  /** Whether every dead letter of this entry is indexed: a dead letter is never older than its entry. */
  covers(entryId: string): boolean {
    if (!this.isCurrent) return false;
    const oldest = this.older.at(-1);
    return this.isThrough || (oldest !== undefined && timeOfEntryId(oldest.id) < timeOfEntryId(entryId));
  }

  /** Adds new dead letters, removes those that are gone, and continues to read backwards. */
  async refresh(longestMs: number): Promise<void> {
    const endsAt = performance.now() + longestMs;
    // The index would grow too large: it starts again with the newest.
    if (this.causes.size >= 2 * MAX_CAUSES) this.forget();
    for (const isLast of [false, true]) {
      await this.takeActions();
      await this.readNewer(endsAt);
      await this.readOlder(endsAt);
      this.total = await this.countIn(this.name);
      // Some were removed without the library, which leaves no action in the history: the index starts again.
      const isWrong = this.size > this.total && (await this.takeActions(), this.size > this.total);
      if (!isWrong) return;
      this.forget();
      if (isLast) return;
    }
  }

  private forget(): void {
    this.older = [];
    this.newer = [];
    this.byEntry.clear();
    this.causes.clear();
    this.isThrough = false;
    this.isCurrent = false;
    this.lastAction = undefined;
  }

  /** Removes the dead letters that were replayed or discarded. */
  private async takeActions(): Promise<void> {
    const known = this.lastAction;
    if (known === undefined) {
      this.lastAction = (await this.deadLetters.history(this.name, 1))[0]?.id ?? '0-0';
      return;
    }
    for (let count = FIRST_ACTIONS; ; count *= 10) {
      const actions = await this.deadLetters.history(this.name, count);
      const fresh = actions.filter(({ id }) => compareEntryIds(id, known) > 0);
      if (fresh.length === actions.length && actions.length === count && count < MAX_ACTIONS) continue;
      this.lastAction = actions[0]?.id ?? known;
      this.remove(new Set(fresh.map(({ deadLetter }) => deadLetter)));
      return;
    }
  }

  private remove(ids: ReadonlySet<string>): void {
    if (ids.size === 0) return;
    const gone = [...this].filter(({ id }) => ids.has(id));
    if (gone.length === 0) return;
    this.older = this.older.filter(({ id }) => !ids.has(id));
    this.newer = this.newer.filter(({ id }) => !ids.has(id));
    for (const { entryId } of gone) {
      const left = this.byEntry.get(entryId)?.filter(({ id }) => !ids.has(id)) ?? [];
      if (left.length > 0) this.byEntry.set(entryId, left);
      else this.byEntry.delete(entryId);
    }
    const left = new Set([...this].map(({ cause }) => cause.id));
    for (const id of this.causes.keys()) if (!left.has(id)) this.causes.delete(id);
  }

  private async readNewer(endsAt: number): Promise<void> {
    const newest = this.newer.at(-1) ?? this.older[0];
    // The index is empty: readOlder begins at the newest.
    if (!newest && !this.isThrough) return;
    this.isCurrent = false;
    const range = { wholeBytes: BOOKED_BYTES, ...(newest ? { from: `(${newest.id}` } : {}) };
    for await (const { deadLetters, isEnd } of this.deadLetters.pages(this.name, range)) {
      for (const deadLetter of deadLetters) this.newer.push(this.book(deadLetter));
      this.isCurrent = isEnd;
      if (performance.now() >= endsAt) return;
    }
  }

  private async readOlder(endsAt: number): Promise<void> {
    if (this.isThrough || this.isFull()) return;
    const oldest = this.older.at(-1) ?? this.newer[0];
    const order = 'newest-first' as const;
    const range = { order, wholeBytes: BOOKED_BYTES, ...(oldest ? { to: `(${oldest.id}` } : {}) };
    if (!oldest) this.isCurrent = true;
    for await (const { deadLetters, isEnd } of this.deadLetters.pages(this.name, range)) {
      for (const deadLetter of deadLetters) this.older.push(this.book(deadLetter));
      this.isThrough = isEnd;
      if (this.isFull() || performance.now() >= endsAt) return;
    }
  }

  private book(deadLetter: DeadLetter): BookedDeadLetter {
    const booked = bookedOf(this.name, deadLetter);
    // Dead letters of one cause share one object, to save memory.
    const known = this.causes.get(booked.cause.id);
    if (known) booked.cause = known;
    else this.causes.set(booked.cause.id, booked.cause);
    const own = this.byEntry.get(booked.entryId);
    if (own) own.push(booked);
    else this.byEntry.set(booked.entryId, [booked]);
    return booked;
  }
}

/** A dead letter for the index. @param stream without prefix */
export function bookedOf(stream: string, deadLetter: DeadLetter): BookedDeadLetter {
  const { id, entryId, event, attempts, replays, fields, cut: whole } = deadLetter;
  return {
    id,
    entryId: cut(entryId, MAX_NAME_LENGTH),
    cause: causeOf(stream, deadLetter),
    eventType: event && cut(event.event_type, MAX_NAME_LENGTH),
    attempts,
    replays,
    firstFailedMs: Date.parse(deadLetter.firstFailedAt) || timeOfEntryId(id),
    lastFailedMs: Date.parse(deadLetter.lastFailedAt) || timeOfEntryId(id),
    isWide: Math.max(fields.length, whole?.values ?? 0) > MAX_REPLAYABLE_VALUES,
  };
}
