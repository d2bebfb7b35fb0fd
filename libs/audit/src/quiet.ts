import { DEFAULT_PREFIX } from '@shop/contracts/facts';
import type { RedisPlace } from 'nestjs-event-streams/address';
import { withRedis } from './connection.js';
import { lengthsOf, lookAtStreams, type StreamLook } from './groups.js';
import { listed } from './text.js';

/** Work that a group has not done yet. */
export interface OpenWork {
  /** The stream's key. */
  stream: string;
  group: string;
  pending: number;
  /** Entries that were not delivered yet; null when there are some and Redis does not know how many. */
  lag: number | null;
}

/** What {@link waitUntilQuiet} takes. */
export interface WaitOptions {
  /** Prefix of the shop's keys. @default ecommerce */
  prefix?: string | undefined;
  /** How long to wait, in milliseconds. */
  deadlineMs: number;
}

/** The shop still had work when the deadline passed. */
export class NotQuietError extends Error {
  override readonly name = 'NotQuietError';

  constructor(
    readonly deadlineMs: number,
    readonly open: readonly OpenWork[],
  ) {
    const what = open.length === 0 ? 'events are still being appended' : `still open are\n${describeOpenWork(open)}`;
    super(
      `The shop is not quiet after ${String(deadlineMs / 1000)} s: ${what}\n` +
        'Stop the simulation (POST /simulation/stop on the order service), see that every service runs, or wait longer.',
    );
  }
}

/** How far apart two looks are between which nothing may have happened, in milliseconds. */
const APART_MS = 250;

/** What each group has still to do. */
export function openWork(streams: readonly StreamLook[]): OpenWork[] {
  return streams.flatMap(({ key, groups }) =>
    groups
      .filter(({ pending, lag }) => pending > 0 || lag !== 0)
      .map(({ name, pending, lag }) => ({ stream: key, group: name, pending, lag })),
  );
}

/** Whether every group was given, and has settled, all that its stream holds. */
export function isQuiet(streams: readonly StreamLook[]): boolean {
  return openWork(streams).length === 0;
}

/** Open work for people, a line for each group. */
export function describeOpenWork(open: readonly OpenWork[]): string {
  const lag = (count: number | null): string => (count === null ? 'some' : String(count));
  return listed(
    open.map((work) => `${work.stream} ${work.group}: ${String(work.pending)} pending, ${lag(work.lag)} not delivered`),
  );
}

/**
 * Waits until the shop is quiet: in two looks in a row every group is done, and nothing was appended between them.
 *
 * @throws NotQuietError when the deadline passes, with what is still open
 * @throws RedisGoneError when Redis is not there
 */
export function waitUntilQuiet(place: RedisPlace, { prefix = DEFAULT_PREFIX, deadlineMs }: WaitOptions): Promise<void> {
  return withRedis(place, async (redis) => {
    const deadline = performance.now() + deadlineMs;
    let lastQuiet: string | undefined;
    for (;;) {
      const streams = await lookAtStreams(redis, prefix);
      const quiet = isQuiet(streams) ? lengthsOf(streams) : undefined;
      if (quiet !== undefined && quiet === lastQuiet) return;
      if (performance.now() >= deadline) throw new NotQuietError(deadlineMs, openWork(streams));
      lastQuiet = quiet;
      await new Promise((resolve) => setTimeout(resolve, APART_MS));
    }
  });
}
