import { Injectable } from '@nestjs/common';
import { EventMonitor, Keyspace, Subjects, timeOfEntryId } from 'nestjs-event-streams';
import { isEntryId, problemOf } from 'nestjs-event-streams/internal';
import { Problem } from '../access/problem.js';
import type {
  ConsumerDetail,
  DeliveryView,
  EntriesPage,
  EntriesQuery,
  EntryDetail,
  GroupSummary,
  StreamDetail,
  StreamList,
  StreamSummary,
} from '../contract/streams.js';
import { consumerState } from '../observe/consumer-state.js';
import { Observatory } from '../observe/observatory.js';
import type { Picture, SeenGroup, SeenStream } from '../observe/picture.js';
import { StreamDirectory } from '../observe/stream-directory.js';
import { Surveyor } from '../observe/surveyor.js';
import { FRESH_MS } from '../observe/timing.js';
import { DeliveriesService } from './deliveries.service.js';
import { fits, isFilter, type UndecodedEntry } from './entry-filter.js';
import { fieldOf, HEAD_BYTES, shownOf, summaryOf } from './entry-summary.js';
import { Scanner } from './scanner.js';

const DEFAULT_COUNT = 50;
/** How long the existence of a stream is remembered, in milliseconds: it is not checked for each page. */
const REMEMBERED_MS = 10_000;

/** Streams and their entries. */
@Injectable()
export class StreamsService {
  constructor(
    private readonly monitor: EventMonitor,
    private readonly observatory: Observatory,
    private readonly directory: StreamDirectory,
    private readonly scanner: Scanner,
    private readonly deliveries: DeliveriesService,
    private readonly keyspace: Keyspace,
    private readonly surveyor: Surveyor,
    private readonly subjects: Subjects,
  ) {}

  async list(): Promise<StreamList> {
    const picture = await this.observatory.notOlderThan(FRESH_MS);
    const streams = [...picture.streams.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return { streams: streams.map((stream) => this.summary(stream, picture)), complete: this.directory.isComplete };
  }

  /** @throws Problem when there is no such stream */
  async detail(name: string): Promise<StreamDetail> {
    const picture = await this.observatory.notOlderThan(FRESH_MS);
    const stream = await this.stream(name, picture);
    const groups = [...stream.groups.keys()];
    // Reads all of its groups now, and not only those of the regular survey.
    const { streams } = await this.surveyor.survey({
      streams: [{ stream: name, info: true, consumersOf: groups, pendingOf: groups }],
    });
    const [now] = streams;
    const groupDetails = [...stream.groups.values()].map((group) => {
      const first = now?.pending[group.name]?.first ?? null;
      return {
        ...this.group({ ...group, oldestPendingId: first }, picture),
        consumerDetails: (now?.consumers[group.name] ?? []).map((row) => consumerOf(row, picture)),
      };
    });
    return { ...this.summary(stream, picture), groupDetails };
  }

  async entries(name: string, query: EntriesQuery): Promise<EntriesPage> {
    await this.requireStream(name);
    const { from, to, cursor, count = DEFAULT_COUNT, id } = query;
    if (id !== undefined && isEntryId(id)) return this.byId(name, id, query);
    const range = {
      ...(from === undefined ? {} : { from: String(from) }),
      ...(to === undefined ? {} : { to: String(to) }),
      cursor,
      anywhere: query.text !== undefined,
    };
    const isWanted = isFilter(query) ? (entry: UndecodedEntry): boolean => fits(entry, query) : (): boolean => true;
    const { found, next, scan } = await this.scanner.scan(
      name,
      range,
      isWanted,
      (entry) => summaryOf(name, entry),
      count,
    );
    return { entries: found, next, scan };
  }

  /** @throws Problem when there is no such stream or entry */
  async entry(name: string, id: string): Promise<EntryDetail> {
    if (!isEntryId(id)) throw new Problem('invalid', 'Expected an entry id such as 1795452268988-0');
    await this.requireStream(name);
    const entry = await this.shown(name, id);
    if (!entry) throw new Problem('not-found', `${name} has no entry ${id}: it was trimmed, or never existed`);
    return { ...entry, deliveries: await this.deliveriesOf(name, id) };
  }

  /** @throws Problem when there is no such stream */
  async requireStream(name: string): Promise<void> {
    await this.stream(name, await this.observatory.notOlderThan(REMEMBERED_MS));
  }

  /** What is shown of an entry. Does not hold the whole entry in memory during the next requests to Redis. */
  private async shown(name: string, id: string): Promise<Omit<EntryDetail, 'deliveries'> | null> {
    const entry = await this.monitor.entry(name, id);
    if (!entry) return null;
    const [data] = await this.subjects.shown([fieldOf(entry.fields, 'data') ?? '{}']);
    return { ...summaryOf(name, entry), ...shownOf(entry, data), problem: problemOf(entry) };
  }

  private async deliveriesOf(name: string, id: string): Promise<DeliveryView[]> {
    return (await this.deliveries.of(name, [id])).get(id) ?? [];
  }

  /** One that the search has not come to yet is found by its name. */
  private async stream(name: string, picture: Picture): Promise<SeenStream> {
    const known = picture.streams.get(name);
    if (known) return known;
    this.directory.add(name);
    const found = (await this.observatory.notOlderThan(0)).streams.get(name);
    if (found) return found;
    this.directory.drop(name);
    throw new Problem('not-found', `There is no stream ${name} under this prefix`);
  }

  private async byId(name: string, id: string, query: EntriesQuery): Promise<EntriesPage> {
    const entry = await this.monitor.entry(name, id, query.text === undefined ? { wholeBytes: HEAD_BYTES } : {});
    const entries = entry ? [entry] : [];
    const found = entries.filter((one) => fits(one, query));
    return {
      entries: found.map((one) => summaryOf(name, one)),
      next: null,
      scan: { scanned: entries.length, reachedMs: entries.length > 0 ? timeOfEntryId(id) : null, complete: true },
    };
  }

  private summary(stream: SeenStream, picture: Picture): StreamSummary {
    const { name, length, entriesAdded, meter, first, last, deadLetters, groups } = stream;
    return {
      name,
      key: this.keyspace.stream(name),
      length,
      entriesAdded,
      perSecond: meter.perSecond,
      first,
      last,
      deadLetters,
      groups: [...groups.values()].map((group) => this.group(group, picture)),
    };
  }

  private group(group: SeenGroup, { atMs }: Picture): GroupSummary {
    const { name, consumers, pending, lastDeliveredId, lag, lagMs, meter, oldestPendingId } = group;
    const oldestPendingMs = oldestPendingId ? Math.max(0, atMs - timeOfEntryId(oldestPendingId)) : null;
    return { name, consumers, pending, lastDeliveredId, lag, lagMs, perSecond: meter.perSecond, oldestPendingMs };
  }
}

function consumerOf(row: { name: string; pending: number; idleMs: number }, picture: Picture): ConsumerDetail {
  return {
    ...row,
    state: consumerState(row, picture.workers),
    lastSeenMs: picture.atMs - row.idleMs,
    source: picture.workers?.get(row.name)?.source ?? null,
  };
}
