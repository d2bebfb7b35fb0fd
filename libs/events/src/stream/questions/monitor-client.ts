import type { Connection } from '../../connection/connection.js';
import { asBytes, asList, asTextsOrNulls } from '../../connection/reply.js';
import { isForbidden } from '../../model/errors/redis.js';
import { GroupLag } from './group-lag.js';
import { cutEntry, MAX_WHOLE_BYTES, peekIds, peekLastId, peekStream, type PeekBounds } from './peek.js';
import {
  consumersOf,
  groupsOf,
  pendingOf,
  type ConsumerRow,
  type GroupRow,
  type PendingSummary,
} from './group-questions.js';
import type { Question } from './question.js';
import { EVICTION_POLICY, NOW } from './server-questions.js';
import { lengthOf, range, rangeBack, type StreamRow } from './stream-questions.js';
import { asRawEntry } from '../entries/raw-entry.js';
import type { StreamEntry } from '../entries/stream-entry.js';

/** What is counted entry by entry at most, of one group, in entries and in bytes; and how many entries the first step looks at. */
const MAX_COUNTED = 1000;
const MAX_COUNTED_BYTES = 2 ** 20;
const FIRST_COUNTED = 10;
const COUNTED_GROWTH = 4;

/** How long nobody tries again what this Redis user may not do, in milliseconds. */
const FORBIDDEN_FOR_MS = 60_000;

/** What questions are answered with, in their order. */
export type Answers<Q extends readonly Question<unknown>[]> = {
  -readonly [I in keyof Q]: Q[I] extends Question<infer T> ? T : never;
};

/** The Redis commands that look and change nothing, typed. */
export class MonitorClient {
  private readonly lag = new GroupLag();
  /** Until then scripts are not tried, by the clock of `performance.now()`: this user may not run them. */
  private plainUntilMs = -Infinity;

  constructor(private readonly connection: Connection) {}

  /**
   * Asks several questions in one round trip; other clients' commands may run between them.
   *
   * @throws Redis' own error (`ReplyError`) when it refuses one of them; RedisUnavailableError when it is away
   */
  async askAll<const Q extends readonly Question<unknown>[]>(questions: Q, timeoutMs?: number): Promise<Answers<Q>> {
    if (questions.length === 0) return [] as unknown as Answers<Q>;
    const isPlain = performance.now() < this.plainUntilMs;
    const asked = isPlain ? questions.map((question) => question.plain ?? question) : questions;
    const replies = await this.connection.call(async (link) => {
      const answers = await link.sendTogether(asked);
      // That this user may run no scripts is no outage: it is asked otherwise.
      if (answers.some((answer, index) => asked[index]?.plain && isRefusedScript(answer))) return null;
      // Thrown in here, so that the connection says which of them are outages.
      for (const [index, answer] of answers.entries()) {
        if (answer instanceof Error && !isMissing(answer, asked[index])) throw answer;
      }
      return answers;
    }, timeoutMs);
    if (replies === null) {
      this.plainUntilMs = performance.now() + FORBIDDEN_FOR_MS;
      return this.askAll(questions, timeoutMs);
    }
    return asked.map((question, index) => {
      const reply = replies[index];
      return reply instanceof Error ? question.missing : question.read(reply);
    }) as Answers<Q>;
  }

  async ask<T>(question: Question<T>): Promise<T> {
    const [answer] = await this.askAll([question]);
    return answer;
  }

  /** @returns null when there is no such stream */
  stream(key: string, bounds: Pick<PeekBounds, 'wholeBytes'>): Promise<StreamRow | null> {
    return this.ask(peekStream(key, bounds));
  }

  /** The groups of a stream, with lags that were checked against what is there: two commands, seldom more. */
  async groups(key: string): Promise<GroupRow[]> {
    const [rows, lastId] = await this.askAll([groupsOf(key), peekLastId(key)]);
    return this.checked(key, rows, lastId);
  }

  /**
   * Checks the lag of groups, which Redis may have wrong.
   *
   * @param lastId of the stream's last entry, asked for after the rows: null for none, undefined when it is not known
   */
  async checked(key: string, rows: readonly GroupRow[], lastId: string | null | undefined): Promise<GroupRow[]> {
    const { rows: checked, unsure } = this.lag.correct(key, rows, lastId, this.connection.generation);
    if (unsure.length === 0) return checked;
    const length = await this.length(key);
    return Promise.all(
      checked.map(async (row) =>
        unsure.includes(row.name) ? this.lag.take(key, row, await this.countAfter(key, row), length) : row,
      ),
    );
  }

  /** How many entries follow what a group was given, as far as they are few: Redis counts them only by giving them out. */
  private async countAfter(key: string, { lastDeliveredId }: GroupRow): Promise<{ count: number; isAll: boolean }> {
    let after = lastDeliveredId;
    let bytes = 0;
    let count = 0;
    let step = FIRST_COUNTED;
    while (count < MAX_COUNTED && bytes < MAX_COUNTED_BYTES) {
      const range = { key, from: `(${after}`, to: '+', order: 'oldest-first', count: step } as const;
      const { entries, isEnd } = await this.ask(peekIds(range, MAX_COUNTED_BYTES - bytes));
      count += entries.length;
      for (const { cut } of entries) bytes += cut?.bytes ?? 0;
      if (isEnd) return { count, isAll: true };
      after = entries.at(-1)?.id ?? after;
      const room = Math.floor((MAX_COUNTED_BYTES - bytes) / Math.max(1, bytes / count));
      step = Math.max(1, Math.min(MAX_COUNTED - count, room, COUNTED_GROWTH * step));
    }
    return { count, isAll: false };
  }

  consumers(key: string, group: string): Promise<ConsumerRow[]> {
    return this.ask(consumersOf(key, group));
  }

  pending(key: string, group: string): Promise<PendingSummary> {
    return this.ask(pendingOf(key, group));
  }

  /**
   * Entries after a position of each stream. It belongs to no group, so nobody misses what it reads.
   *
   * @param positions by the streams' keys: the id after which to read
   * @param wait how long to wait at the server for the first one, and how long the answer may take beyond that; whatever
   * else is asked for on this connection waits, too. Default: it waits for nothing
   */
  async after(
    positions: ReadonlyMap<string, string>,
    count: number,
    wait?: { blockMs: number; timeoutMs: number },
  ): Promise<Map<string, StreamEntry[]>> {
    const block = wait ? ['BLOCK', wait.blockMs] : [];
    const command = ['XREAD', 'COUNT', count, ...block, 'STREAMS', ...positions.keys(), ...positions.values()] as const;
    const timeoutMs = wait && wait.blockMs + wait.timeoutMs;
    const reply = await this.connection.call((link) => link.sendForBytes(command), timeoutMs);
    const rows = reply === null ? [] : asList(reply, 'XREAD');
    const cut = (entry: unknown): StreamEntry => cutEntry(asRawEntry(entry, 'XREAD'), { wholeBytes: MAX_WHOLE_BYTES });
    return new Map(
      rows.map((row) => {
        const [key, entries] = asList(row, 'XREAD');
        return [asBytes(key, 'XREAD').toString(), asList(entries, 'XREAD').map(cut)];
      }),
    );
  }

  range(key: string, from: string, to: string, count: number): Promise<StreamEntry[]> {
    return this.ask(range(key, from, to, count));
  }

  /** The last entries, latest first. */
  latest(key: string, count: number): Promise<StreamEntry[]> {
    return this.ask(rangeBack(key, '+', '-', count));
  }

  length(key: string): Promise<number> {
    return this.ask(lengthOf(key));
  }

  /** Who owns a partition; null when nobody does, or whoever did has not renewed its lease. */
  async lease(key: string): Promise<{ worker: string; epoch: number } | null> {
    const [fields, nowMs] = await Promise.all([
      this.connection.command('HMGET', key, 'owner', 'until', 'epoch'),
      this.now(),
    ]);
    const [worker, until, epoch] = asTextsOrNulls(fields, 'HMGET');
    return worker && Number(until) > nowMs ? { worker, epoch: Number(epoch) } : null;
  }

  /** What Redis takes away when its memory is full, such as `allkeys-lru`; null where it does not tell. */
  async evictionPolicy(timeoutMs?: number): Promise<string | null> {
    const [policy] = await this.askAll([EVICTION_POLICY], timeoutMs);
    return policy;
  }

  /** The server's clock, which entry ids are made from: milliseconds since 1970. */
  now(): Promise<number> {
    return this.ask(NOW);
  }
}

/** Whether Redis refuses to run scripts, to this user or at all. */
function isRefusedScript(error: unknown): boolean {
  return isForbidden(error) || (error instanceof Error && /unknown command|executing the script/i.test(error.message));
}

function isMissing(error: Error, question: Question<unknown> | undefined): boolean {
  const expected =
    question?.isOptional === true ? /^(ERR no such key|NOGROUP|NOPERM|ERR unknown)/ : /^(ERR no such key|NOGROUP)/;
  return error.name === 'ReplyError' && expected.test(error.message);
}
