import type { Redis } from 'ioredis';
import type { Argument } from '../connection/encoded-command.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { isForbidden, RedisUnavailableError } from '../model/errors/redis.js';
import { redisReply } from '../connection/redis-reply.js';
import { BEGINNING, type Channel } from './channel.js';
import { compareEntryIds } from './entry-id.js';
import { pairs } from './pairs.js';
import { entryOf, LONGEST_TEXT, type RawEntry } from './raw-entry.js';
import type { ConsumerAddress } from './consumer-address.js';
import type { ScriptName } from './script-commands.js';
import { runScript } from './scripts.js';
import type { StreamEntry } from './stream-entry.js';
import { linesOf, MOST_AWAITED } from './waiting.js';

/** An entry that was taken over, and how often it was delivered before; 0 when its consumer had handed it back. */
export interface ClaimedEntry extends StreamEntry {
  deliveries: number;
  /** Whether it has waited for a worker that handles it for long enough. */
  isOverdue?: boolean;
}

/** The answer to a takeover. */
export interface ClaimReply {
  /** Where to go on; undefined at the end. */
  next: string | undefined;
  entries: ClaimedEntry[];
  /** What was pending but is no longer in the stream. */
  vanished: string[];
}

/** What a look for left-behind entries has found; see `lua/look.lua`. */
export interface Look {
  /** After how long to look again, in milliseconds. */
  pauseMs: number;
  /** The streams where something was left behind. */
  left: string[];
  /** The streams that could not be looked at, and what Redis said. */
  failed: Map<string, Error>;
  /** The streams of which entries may wait for a worker that handles them. */
  waiting: string[];
}

/** What became of a settlement; see `lua/settle.lua`. */
export type SettleReply =
  | { status: 'committed' | 'settled' | 'parked' | 'free' }
  | { status: 'lost'; consumer: string }
  | { status: 'conflict'; key: string }
  | { status: 'refused'; why: string }
  /** Redis' own error, such as NOGROUP. */
  | { status: 'error'; error: Error };

/** The answer to trimming; see `lua/trim.lua`. */
export interface TrimReply {
  trimmed: number;
  hasMore: boolean;
  /** How many entries are left. */
  length: number;
  /** The group that has still to handle what could go otherwise. */
  heldBackBy: string | undefined;
  /** By group: entries that were dropped before it had handled them. */
  dropped: Readonly<Record<string, number>>;
}

/**
 * What was done to a dead letter: it was gone or cannot be replayed, its original was lost, it was taken, or one of its key
 * comes first.
 */
export type TakeReply =
  { status: 'gone' | 'unfit' | 'lost' } | { status: 'taken'; replayId: string } | { status: 'parked'; first: string };

/** How many entries, and how many consumers, one script call is about: while it runs, the server does nothing else. */
const ENTRIES_AT_ONCE = 1000;
const SWEPT_AT_ONCE = 100;

/** What the answer to a command that waits at the server takes beyond that. */
const ANSWER_MS = 1000;

const COMMITTED: SettleReply = { status: 'committed' };

/** The Redis commands of this library, typed; nothing outside this folder knows them. */
export class StreamClient {
  constructor(readonly connection: RedisConnection) {}

  /**
   * Makes the stream and the group, if they are missing.
   *
   * @param start after which entry the group begins; where the stream has not come so far, it is another one, and the group
   *   begins at its beginning
   * @returns whether the group was missing
   */
  async ensureGroup(stream: string, group: string, start = BEGINNING): Promise<boolean> {
    const from =
      start === BEGINNING || compareEntryIds(start, (await this.extent(stream)).lastId) <= 0 ? start : BEGINNING;
    try {
      await this.connection.call((redis) => redis.xgroup('CREATE', stream, group, from, 'MKSTREAM'));
      return true;
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('BUSYGROUP')) return false;
      throw error;
    }
  }

  /** How many entries a stream has, and the id that it gave last; one that is not there is empty. */
  async extent(stream: string): Promise<{ length: number; lastId: string }> {
    try {
      const reply = await this.connection.call((redis) => redis.xinfo('STREAM', stream));
      const about = new Map(pairs(reply as (string | number)[]));
      return { length: Number(about.get('length')), lastId: String(about.get('last-generated-id')) };
    } catch (error) {
      if (error instanceof Error && error.message.includes('no such key')) return { length: 0, lastId: '0-0' };
      throw error;
    }
  }

  /** The names of a stream's groups; none where it is not there. */
  async groupNames(stream: string): Promise<string[]> {
    try {
      const reply = await this.connection.call((redis) => redis.xinfo('GROUPS', stream));
      return (reply as string[][]).map((row) => new Map(pairs(row)).get('name') ?? '');
    } catch (error) {
      if (error instanceof Error && error.message.includes('no such key')) return [];
      throw error;
    }
  }

  /** What this consumer was given and has not settled, after an id; '-' for the first ones. */
  async own({ stream, group, consumer }: ConsumerAddress, after: string, count: number): Promise<ClaimedEntry[]> {
    const reply = await this.script('own', [stream], [group, consumer, fromOf(after), count]);
    return (reply as RawClaimedEntry[]).map(claimedEntryOf);
  }

  /** Lets entries go that this consumer was given and has not begun with: they stay its own, and this delivery does not count. */
  async setAside({ stream, group, consumer }: ConsumerAddress, entries: readonly ClaimedEntry[]): Promise<void> {
    for (let first = 0; first < entries.length; first += ENTRIES_AT_ONCE) {
      const some = entries.slice(first, first + ENTRIES_AT_ONCE);
      const values = some.flatMap(({ id, deliveries }) => [id, deliveries]);
      await this.script('set-aside', [stream], [group, consumer, ...values]);
    }
  }

  /** Goes on with entries that were set aside. @returns those that are still this consumer's */
  async takeUp({ stream, group, consumer }: ConsumerAddress, ids: readonly string[]): Promise<ClaimedEntry[]> {
    const reply = await this.script('take-up', [stream], [group, consumer, ...ids]);
    return (reply as RawClaimedEntry[]).map(claimedEntryOf);
  }

  /** Whether this consumer was given entries between two ids that it has not settled; '-' and undefined for no limit. */
  async hasOwn(
    { stream, group, consumer }: ConsumerAddress,
    after: string,
    before: string | undefined,
  ): Promise<boolean> {
    const end = before === undefined ? '+' : `(${before}`;
    const rows = await this.connection.call((redis) => redis.xpending(stream, group, fromOf(after), end, 1, consumer));
    return rows.length > 0;
  }

  /**
   * Tells that a worker is alive; and where no worker of its group has looked for `everyMs`, looks for entries that no consumer has
   * renewed for `claimAfterMs`, and removes consumers that hold nothing and were not seen for `forgetAfterMs`.
   *
   * @param watch the key of the group's watch
   * @param handled by stream: the names of the consumers under which waits what this worker handles
   */
  async look(
    watch: string,
    handled: ReadonlyMap<string, readonly string[]>,
    { group, consumer }: Omit<ConsumerAddress, 'stream'>,
    { everyMs, claimAfterMs, forgetAfterMs }: { everyMs: number; claimAfterMs: number; forgetAfterMs: number },
  ): Promise<Look> {
    const streams = [...handled.keys()];
    const lines = linesOf([...handled].flatMap(([stream, names]) => names.map((name) => `${stream} ${name}`)));
    const values = [group, consumer, everyMs, claimAfterMs, forgetAfterMs, SWEPT_AT_ONCE, lines];
    const reply = await this.script('look', [watch, ...streams], values);
    const [pauseMs, left, failed, waiting] = reply as [number, number[], (number | string)[], number[]];
    const keyAt = (place: unknown): string => streams[Number(place) - 1] ?? '';
    const failures = new Map<string, Error>();
    for (let at = 0; at < failed.length; at += 2) failures.set(keyAt(failed[at]), redisReply(String(failed[at + 1])));
    return { pauseMs, left: left.map(keyAt), failed: failures, waiting: waiting.map(keyAt) };
  }

  /** A worker is not there any more; and whoever comes next looks at once for what it has left. */
  async unwatch(watch: string, streams: readonly string[], consumer: string): Promise<void> {
    const fields = [`seen ${consumer}`, `handles ${consumer}`, ...streams.map((stream) => `looked ${stream}`)];
    await this.connection.call((redis) => redis.hdel(watch, ...fields));
  }

  /**
   * Takes over entries that no consumer has renewed for `minIdleMs`.
   *
   * @param from where to begin: `-`, or what the reply before said
   */
  async claim(
    { stream, group, consumer }: ConsumerAddress,
    minIdleMs: number,
    from: string,
    count: number,
  ): Promise<ClaimReply> {
    const reply = await this.script('claim', [stream], [group, consumer, minIdleMs, from, count]);
    return claimReplyOf(reply as RawClaimReply);
  }

  /**
   * Lets an entry go that this consumer has no handler for: a worker that has one takes it.
   *
   * @param watch the key of the group's watch; undefined for a partition
   * @param name of the consumer that stands for what it waits for
   * @param deliveries how often it was delivered to others before
   * @returns false when entries of the stream wait for too many different things already
   */
  async waitForHandler(
    { stream, group, consumer }: ConsumerAddress,
    watch: string | undefined,
    name: string,
    { id, deliveries }: Pick<ClaimedEntry, 'id' | 'deliveries'>,
  ): Promise<boolean> {
    const keys = watch === undefined ? [stream] : [stream, watch];
    const values = [group, consumer, name, MOST_AWAITED, id, deliveries];
    return (await this.script('wait-for-handler', keys, values)) === 1;
  }

  /**
   * Takes entries that wait for a handler that this worker has, and those that no living worker handles and that have waited for
   * `graceMs`.
   *
   * @param names of the consumers under which waits what this worker handles
   * @param times.aliveMs for how long a worker counts as alive after it was seen
   */
  async takeWaiting(
    { stream, group, consumer }: ConsumerAddress,
    watch: string,
    names: readonly string[],
    { graceMs, aliveMs }: { graceMs: number; aliveMs: number },
    count: number,
  ): Promise<Omit<ClaimReply, 'next'>> {
    const values = [group, consumer, graceMs, aliveMs, count, ...names];
    const reply = await this.script('take-waiting', [stream, watch], values);
    const [entries, vanished] = reply as [RawClaimedEntry[], Buffer[]];
    return { entries: entries.map(claimedEntryOf), vanished: vanished.map(String) };
  }

  /**
   * Acknowledges entries, whoever holds them, and forgets what was noted of them.
   *
   * @param handlers who may have notes
   */
  async acknowledge(
    channel: Pick<Channel, 'key' | 'notes'>,
    group: string,
    handlers: readonly string[],
    ids: readonly string[],
  ): Promise<void> {
    await this.script('acknowledge', [channel.key, channel.notes], [group, handlers.length, ...handlers, ...ids]);
  }

  /** Takes a try alone off a note, as it has come to an end. */
  async endAlone(notes: string, field: string, name: string): Promise<void> {
    await this.script('end-alone', [notes], [field, name]);
  }

  async exists(key: string): Promise<boolean> {
    return (await this.connection.call((redis) => redis.exists(key))) === 1;
  }

  /** Fields of a hash; null for one that is not there. */
  hashFields(key: string, fields: readonly string[]): Promise<(string | null)[]> {
    return this.connection.call((redis) => redis.hmget(key, ...fields));
  }

  /** A read for a transaction: any read command on one key. What the reply has of text comes as bytes. */
  read(command: string, key: string, args: readonly (string | number)[]): Promise<unknown> {
    return this.connection.call((redis) => redis.callBuffer(command, key, ...args));
  }

  /**
   * Appends what several requests ask for.
   *
   * @returns for each event its entry's id, or why nothing of its request was appended; and the connection that it was
   * written on
   */
  async append(
    keys: readonly string[],
    values: readonly Argument[],
    timeoutMs?: number,
  ): Promise<{ answers: string[]; generation: number }> {
    let generation = 0;
    const answer = (await this.connection.call((redis) => {
      ({ generation } = this.connection);
      return runScript(redis, 'append', keys, values);
    }, timeoutMs)) as string;
    return { answers: answer.split('\n'), generation };
  }

  /**
   * Waits until what was written on this connection is as safe as demanded.
   *
   * @param generation of the connection that it was written on
   * @throws RedisUnavailableError when the connection is another one by now, which knows nothing of it: write again
   * @returns on how many replicas it is; for `fsynced` also whether it is on the master's own disk
   * @throws ioredis' ReplyError where Redis does not know how, or has no append-only file
   */
  async waitFor(
    acks: 'replicated' | 'fsynced',
    replicas: number,
    timeoutMs: number,
    generation = this.connection.generation,
  ): Promise<{ isLocal: boolean; replicas: number }> {
    const wait = async (redis: Redis): Promise<{ isLocal: boolean; replicas: number }> => {
      // Here, since the call may have waited for a connection: a new one would say yes to everything.
      if (this.connection.generation !== generation) {
        throw new RedisUnavailableError(this.connection.address, 'the connection was lost before the write was safe');
      }
      if (acks === 'replicated') return { isLocal: true, replicas: await redis.wait(replicas, timeoutMs) };
      const [local, remote] = (await redis.call('WAITAOF', 1, replicas, timeoutMs)) as [number, number];
      return { isLocal: local === 1, replicas: remote };
    };
    return this.connection.call(wait, timeoutMs + ANSWER_MS);
  }

  /** Settles deliveries, each whole or not at all; the replies come in their order. */
  async settle(keys: readonly string[], values: readonly Argument[]): Promise<SettleReply[]> {
    const replies = (await this.script('settle', keys, values)) as number | (1 | [SettleReply['status'], string])[];
    if (typeof replies === 'number') return new Array<SettleReply>(replies).fill(COMMITTED);
    return replies.map((reply) => {
      if (reply === 1) return COMMITTED;
      const [status, detail] = reply;
      switch (status) {
        case 'committed':
        case 'settled':
        case 'parked':
        case 'free':
          return { status };
        case 'lost':
          return { status, consumer: detail };
        case 'conflict':
          return { status, key: detail };
        case 'refused':
          return { status, why: detail };
        case 'error': {
          const error = redisReply(detail);
          if (isForbidden(error)) this.connection.wasRefused(error);
          return { status, error };
        }
      }
    });
  }

  /** Renews the claim on deliveries that are still this consumer's. @returns the ids that no longer are */
  async renew({ stream, group, consumer }: ConsumerAddress, ids: readonly string[]): Promise<string[]> {
    const lost: string[] = [];
    for (let first = 0; first < ids.length; first += ENTRIES_AT_ONCE) {
      const some = ids.slice(first, first + ENTRIES_AT_ONCE);
      lost.push(...((await this.script('renew', [stream], [group, consumer, ...some])) as string[]));
    }
    return lost;
  }

  /** Hands back what the consumer still holds, and removes it if that is nothing. @returns how many were handed back */
  async leave({ stream, group, consumer }: ConsumerAddress, idleMs: number): Promise<number> {
    let handedBack = 0;
    let from = '-';
    while (from !== '') {
      const reply = await this.script('leave', [stream], [group, consumer, idleMs, from, ENTRIES_AT_ONCE]);
      const [count, next] = reply as [number, string];
      handedBack += count;
      from = next;
    }
    return handedBack;
  }

  /** Removes consumers that hold nothing and were not seen for `idleMs`, up to a hundred. @returns their names */
  async sweep({ stream, group, consumer }: ConsumerAddress, idleMs: number): Promise<string[]> {
    return (await this.script('sweep', [stream], [group, consumer, idleMs, SWEPT_AT_ONCE])) as string[];
  }

  /**
   * Trims a stream, a bounded number of entries at a time.
   *
   * @param keys the stream; in the background also who trims it
   * @returns undefined when another process does
   */
  async trim(keys: readonly string[], values: readonly (string | number)[]): Promise<TrimReply | undefined> {
    const reply = await this.script('trim', keys, values);
    if (reply === null) return undefined;
    const [trimmed, hasMore, length, heldBackBy, dropped] = reply as [
      number,
      number,
      number,
      string,
      (string | number)[],
    ];
    return {
      trimmed,
      hasMore: hasMore === 1,
      length,
      heldBackBy: heldBackBy === '' ? undefined : heldBackBy,
      dropped: Object.fromEntries(pairs(dropped)) as Record<string, number>,
    };
  }

  /** Takes a dead letter away, to replay or to discard it. */
  async takeDeadLetter(keys: readonly string[], values: readonly (string | number)[]): Promise<TakeReply> {
    const reply = await this.script('take-dead-letter', keys, values);
    const [status, id] = reply as [TakeReply['status'] | 'again', string];
    switch (status) {
      case 'again':
        return this.takeDeadLetter(keys, values);
      case 'gone':
      case 'unfit':
      case 'lost':
        return { status };
      case 'taken':
        return { status, replayId: id };
      case 'parked':
        return { status, first: id };
    }
  }

  /**
   * The keys of subjects, as their hash has them; see `lua/subject-keys.lua`.
   *
   * @param keys the hashes of keys, and of subjects that were forgotten
   */
  async subjectKeys(keys: readonly string[], values: readonly string[]): Promise<string[]> {
    return (await this.script('subject-keys', keys, values)) as string[];
  }

  /** Destroys a subject's key. @param keys as above @returns whether there was one */
  async forgetSubject(keys: readonly string[], subject: string, note: string): Promise<boolean> {
    return (await this.script('forget-subject', keys, [subject, note])) === 1;
  }

  protected script(
    name: ScriptName,
    keys: readonly string[],
    values: readonly Argument[],
    timeoutMs?: number,
  ): Promise<unknown> {
    return this.connection.call((redis: Redis) => runScript(redis, name, keys, values), timeoutMs);
  }
}

type RawClaimedEntry = [...RawEntry, deliveries: number, isOverdue?: 0 | 1];

/** What was taken over, as a script replies it: where to go on, entries, ids of those that are gone. */
export type RawClaimReply = [next: Buffer, entries: RawClaimedEntry[], vanished: Buffer[]];

function claimedEntryOf([id, fields, deliveries, isOverdue]: RawClaimedEntry): ClaimedEntry {
  return { ...entryOf([id, fields], LONGEST_TEXT), deliveries, isOverdue: isOverdue === 1 };
}

export function claimReplyOf([next, entries, vanished]: RawClaimReply): ClaimReply {
  return {
    next: next.length === 0 ? undefined : next.toString(),
    entries: entries.map(claimedEntryOf),
    vanished: vanished.map(String),
  };
}

/** Where a range begins that leaves an id out. @param after '-' for the beginning */
function fromOf(after: string): string {
  return after === '-' ? after : `(${after}`;
}
