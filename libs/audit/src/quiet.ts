import { DEFAULT_PREFIX } from '@shop/contracts/facts';
import type { RedisPlace } from 'nestjs-event-streams/internal/address';
import { withRedis } from './connection.js';
import { lengthsOf, readStreamStates, type StreamState } from './stream-states.js';
import { listed } from './text.js';

/** Work that a group has not done yet. */
export interface OpenWork {
  /** The stream's key. */
  stream: string;
  group: string;
  pending: number;
  /** Entries that were not delivered yet; null if there are some and Redis does not know how many. */
  lag: number | null;
}

/** Options of {@link waitUntilQuiet}. */
export interface WaitOptions {
  /** The prefix of the shop's keys. @default ecommerce */
  prefix?: string | undefined;
  /** How long to wait, in milliseconds. */
  deadlineMs: number;
}

/** The shop was not quiet when the deadline passed. */
export class NotQuietError extends Error {
  override readonly name = 'NotQuietError';

  constructor(
    readonly deadlineMs: number,
    readonly open: readonly OpenWork[],
  ) {
    const what =
      open.length === 0 ? 'events are still being appended' : `not all events are handled\n${describeOpenWork(open)}`;
    super(
      `The shop is not quiet after ${String(deadlineMs / 1000)} s: ${what}\n` +
        'Stop the simulation (POST /simulation/stop of the order service), check that every service is running, or wait longer.',
    );
  }
}

/** How often the streams are read, in milliseconds. The shop is quiet if two readings in a row are equal. */
const READ_EVERY_MS = 250;
/** The work that each group has not done yet. */
export function openWork(streams: readonly StreamState[]): OpenWork[] {
  return streams.flatMap(({ key, groups }) =>
    groups
      .filter(({ pending, lag }) => pending > 0 || lag !== 0)
      .map(({ name, pending, lag }) => ({ stream: key, group: name, pending, lag })),
  );
}

/** Whether every entry was delivered to, and settled by, every group. */
export function isQuiet(streams: readonly StreamState[]): boolean {
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
 * Waits until the shop is quiet: in two readings in a row, every group has settled everything, and nothing was appended in between.
 *
 * @throws NotQuietError with the open work, if the deadline passes
 * @throws RedisUnavailableError if Redis cannot be reached
 */
export function waitUntilQuiet(place: RedisPlace, { prefix = DEFAULT_PREFIX, deadlineMs }: WaitOptions): Promise<void> {
  return withRedis(place, async (redis) => {
    const deadline = performance.now() + deadlineMs;
    let lastQuiet: string | undefined;
    for (;;) {
      const streams = await readStreamStates(redis, prefix);
      const quiet = isQuiet(streams) ? lengthsOf(streams) : undefined;
      if (quiet !== undefined && quiet === lastQuiet) return;
      if (performance.now() >= deadline) throw new NotQuietError(deadlineMs, openWork(streams));
      lastQuiet = quiet;
      await new Promise((resolve) => setTimeout(resolve, READ_EVERY_MS));
    }
  });
}
