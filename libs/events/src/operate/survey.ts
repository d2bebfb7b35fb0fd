import { readersIn, type ReaderConnection } from '../stream/keys/reader-connection.js';
import type { Keyspace } from '../stream/keys/keyspace.js';
import {
  consumersOf,
  groupsOf,
  pendingOf,
  type ConsumerRow,
  type GroupRow,
  type PendingSummary,
} from '../stream/questions/group-questions.js';
import type { Question } from '../stream/questions/question.js';
import { CLIENTS, NOW } from '../stream/questions/server-questions.js';
import { lengthOf } from '../stream/questions/stream-questions.js';
import { MAX_WHOLE_BYTES, peek, peekLastId, peekNextId, peekStream } from '../stream/questions/peek.js';
import { REPLY_BYTES } from '../stream/entries/read-pace.js';
import { allMonitored, toMonitored, type MonitoredEntry } from './monitored-entry.js';

/** What a survey asks of one stream, besides its groups; each thing is one command. */
export interface StreamSurveyRequest {
  /** The stream's name without prefix. */
  stream: string;
  /** Length, first and last entry. */
  info?: boolean;
  /** The newest entries, of those after an id: so many at most, and so many bytes of them, about. @default 4 MiB */
  entries?: { after?: string; count: number; replyBytes?: number };
  /** How many dead letters there are. */
  deadLetters?: boolean;
  /** Groups whose consumers are asked for. */
  consumersOf?: readonly string[];
  /** Groups whose pending entries are asked for. */
  pendingOf?: readonly string[];
  /** Groups whose replays are counted. */
  replaysOf?: readonly string[];
  /** Groups, each with the id that was delivered to it last: the entry that follows is asked for, to tell how long it waits. */
  nextOf?: Readonly<Record<string, string>>;
}

/** What a survey asks for; everything goes to Redis in one round trip. */
export interface SurveyRequest {
  streams: readonly StreamSurveyRequest[];
  /** The server's clock. */
  clock?: boolean;
  /** The workers' connections. */
  workers?: boolean;
  /** Up to which size entries come whole, in bytes, as in `EventMonitor.pages`. @default 8 MiB */
  wholeBytes?: number;
}

/** What is known of a stream itself. */
export interface StreamInfo {
  /** How many entries it has. */
  length: number;
  /** Entries that were ever appended. */
  entriesAdded: number;
  /** Its first entry; null if it has none. */
  first: MonitoredEntry | null;
  /** Its last entry; null if it has none. */
  last: MonitoredEntry | null;
}

/** One stream; what was not asked for is not there. */
export interface SurveyedStream {
  /** The stream's name without prefix. */
  stream: string;
  groups: GroupRow[];
  /** Null when there is no such stream. */
  info?: StreamInfo | null;
  /** Newest first. */
  entries?: MonitoredEntry[];
  /** Whether there are more after the id than were asked for, or than the bytes have room for. */
  hasMore?: boolean;
  /** How many dead letters there are. */
  deadLetters?: number;
  /** By group. */
  consumers: Record<string, ConsumerRow[]>;
  /** By group. */
  pending: Record<string, PendingSummary>;
  /** By group: how many replays it has. */
  replays: Record<string, number>;
  /** By group: the id of the first entry that was not delivered to it; null when there is none. */
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
  /** The id of each stream's last entry, by which the lags of its groups are checked. */
  readonly lastIds = new Map<SurveyedStream, string | null | undefined>();

  constructor(
    private readonly keyspace: Keyspace,
    { streams, clock = false, workers = false, wholeBytes = MAX_WHOLE_BYTES }: SurveyRequest,
  ) {
    if (clock) {
      this.add(NOW, (nowMs) => {
        this.survey.nowMs = nowMs;
      });
    }
    for (const request of streams) this.addStream(request, wholeBytes);
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

  private addStream(request: StreamSurveyRequest, wholeBytes: number): void {
    const { stream: streamName, entries } = request;
    const key = this.keyspace.stream(streamName);
    const found: SurveyedStream = {
      ...{ stream: streamName, groups: [] },
      ...{ consumers: byName(), pending: byName(), replays: byName(), next: byName() },
    };
    this.survey.streams.push(found);
    this.add(groupsOf(key), (groups) => (found.groups = groups));
    // Asked for only where no other question tells it.
    if (!request.info && !entries) this.add(peekLastId(key), (id) => this.lastIds.set(found, id));
    if (request.info) {
      this.add(peekStream(key, { wholeBytes }), (info) => {
        found.info = info && { ...info, first: toMonitored(info.first), last: toMonitored(info.last) };
        this.lastIds.set(found, info?.last?.id ?? null);
      });
    }
    if (entries) {
      const from = entries.after === undefined ? '-' : `(${entries.after}`;
      const range = { key, from, to: '+', order: 'newest-first', count: entries.count } as const;
      this.add(
        peek(range, { replyBytes: entries.replyBytes ?? REPLY_BYTES, wholeBytes }),
        ({ entries: rows, isEnd }) => {
          found.entries = allMonitored(rows);
          found.hasMore = !isEnd;
          this.lastIds.set(found, rows[0]?.id ?? entries.after ?? null);
        },
      );
    }
    if (request.deadLetters) {
      this.add(lengthOf(this.keyspace.deadLetters(streamName)), (length) => (found.deadLetters = length));
    }
    for (const group of request.consumersOf ?? []) {
      this.add(consumersOf(key, group), (rows) => (found.consumers[group] = rows));
    }
    for (const group of request.pendingOf ?? []) {
      this.add(pendingOf(key, group), (summary) => (found.pending[group] = summary));
    }
    for (const group of request.replaysOf ?? []) {
      this.add(lengthOf(this.keyspace.replays(streamName, group).key), (length) => (found.replays[group] = length));
    }
    for (const [group, after] of Object.entries(request.nextOf ?? {})) {
      this.add(peekNextId(key, after), (id) => (found.next[group] = id));
    }
  }

  private add<T>(question: Question<T>, keep: (answer: T) => unknown): void {
    this.questions.push(question);
    this.keepers.push(keep as (answer: unknown) => void);
  }
}

/** Without prototype: a group may be called `constructor`, or `__proto__`. */
function byName<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}
