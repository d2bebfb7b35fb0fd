import { readersIn, type ReaderConnection } from '../read/reader-connection.js';
import type { Keyspace } from '../stream/keyspace.js';
import {
  CLIENTS,
  consumersOf,
  groupsOf,
  lastIdOf,
  lengthOf,
  NOW,
  pendingOf,
  range,
  rangeBack,
  streamInfo,
  type ConsumerRow,
  type GroupRow,
  type PendingSummary,
  type Question,
} from '../stream/questions.js';
import { allMonitored, toMonitored, type MonitoredEntry } from './monitored-entry.js';

/** What a survey asks of one stream, besides its groups; each thing is one command. */
export interface StreamSurveyRequest {
  /** Without prefix. */
  stream: string;
  /** Length, first and last entry. */
  info?: boolean;
  /** The newest entries, of those after an id. */
  entries?: { after?: string; count: number };
  /** How many dead letters there are. */
  deadLetters?: boolean;
  /** Groups whose consumers are asked for. */
  consumersOf?: readonly string[];
  /** Groups whose pending entries are asked for. */
  pendingOf?: readonly string[];
  /** Groups whose replays are counted. */
  replaysOf?: readonly string[];
  /** Groups by what they were given last: the entry that follows is asked for, to tell how long it waits. */
  nextOf?: Readonly<Record<string, string>>;
}

/** What a survey asks for; everything goes to Redis in one round trip. */
export interface SurveyRequest {
  streams: readonly StreamSurveyRequest[];
  /** The server's clock. */
  clock?: boolean;
  /** The workers' connections. */
  workers?: boolean;
}

/** What is known of a stream itself. */
export interface StreamInfo {
  length: number;
  /** Entries that were ever appended. */
  entriesAdded: number;
  first: MonitoredEntry | null;
  last: MonitoredEntry | null;
}

/** One stream; what was not asked for is not there. */
export interface SurveyedStream {
  stream: string;
  groups: GroupRow[];
  /** Null when there is no such stream. */
  info?: StreamInfo | null;
  /** Newest first. */
  entries?: MonitoredEntry[];
  deadLetters?: number;
  consumers: Record<string, ConsumerRow[]>;
  pending: Record<string, PendingSummary>;
  replays: Record<string, number>;
  /** The id of the first entry that the group was not given; null when there is none. */
  next: Record<string, string | null>;
}

/** The answer to a survey. */
export interface Survey {
  streams: SurveyedStream[];
  /** Milliseconds since 1970. */
  nowMs?: number;
  /** Null when this Redis user may not see connections. */
  workers?: ReaderConnection[] | null;
}

/** Questions, and where their answers go. */
export class SurveyPlan {
  readonly questions: Question<unknown>[] = [];
  private readonly keepers: ((answer: unknown) => void)[] = [];
  private readonly survey: Survey = { streams: [] };
  /** Of the last entry of each stream, which the lags of its groups are checked against. */
  readonly lastIds = new Map<SurveyedStream, string | null | undefined>();

  constructor(
    private readonly keyspace: Keyspace,
    { streams, clock = false, workers = false }: SurveyRequest,
  ) {
    if (clock) {
      this.add(NOW, (nowMs) => {
        this.survey.nowMs = nowMs;
      });
    }
    for (const request of streams) this.addStream(request);
    if (workers) {
      this.add(CLIENTS, (lines) => {
        this.survey.workers = lines && readersIn(lines);
      });
    }
  }

  /** @param answers in the order of the questions */
  read(answers: readonly unknown[]): Survey {
    this.keepers.forEach((keep, index) => {
      keep(answers[index]);
    });
    return this.survey;
  }

  private addStream(request: StreamSurveyRequest): void {
    const { stream, entries } = request;
    const key = this.keyspace.stream(stream);
    const found: SurveyedStream = { stream, groups: [], consumers: {}, pending: {}, replays: {}, next: {} };
    this.survey.streams.push(found);
    this.add(groupsOf(key), (groups) => (found.groups = groups));
    // What is asked for anyway tells it, too: an entry is read whole for its id, and can be large.
    if (!request.info && !entries) this.add(lastIdOf(key), (id) => this.lastIds.set(found, id));
    if (request.info) {
      this.add(streamInfo(key), (info) => {
        found.info = info && { ...info, first: toMonitored(info.first), last: toMonitored(info.last) };
        this.lastIds.set(found, info?.last?.id ?? null);
      });
    }
    if (entries) {
      const from = entries.after === undefined ? '-' : `(${entries.after}`;
      this.add(rangeBack(key, '+', from, entries.count), (rows) => {
        found.entries = allMonitored(rows);
        this.lastIds.set(found, rows[0]?.id ?? entries.after ?? null);
      });
    }
    if (request.deadLetters) {
      this.add(lengthOf(this.keyspace.deadLetters(stream)), (length) => (found.deadLetters = length));
    }
    for (const group of request.consumersOf ?? []) {
      this.add(consumersOf(key, group), (rows) => (found.consumers[group] = rows));
    }
    for (const group of request.pendingOf ?? []) {
      this.add(pendingOf(key, group), (summary) => (found.pending[group] = summary));
    }
    for (const group of request.replaysOf ?? []) {
      this.add(lengthOf(this.keyspace.replays(stream, group).key), (length) => (found.replays[group] = length));
    }
    for (const [group, after] of Object.entries(request.nextOf ?? {})) {
      this.add(range(key, `(${after}`, '+', 1), ([entry]) => (found.next[group] = entry?.id ?? null));
    }
  }

  private add<T>(question: Question<T>, keep: (answer: T) => unknown): void {
    this.questions.push(question);
    this.keepers.push(keep as (answer: unknown) => void);
  }
}
