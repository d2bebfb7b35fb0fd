import { timeOfEntryId } from 'nestjs-event-streams';
import type { StreamSurveyRequest } from 'nestjs-event-streams/internal';
import { consumerState } from './consumer-state.js';
import type { Picture, SeenGroup, SeenStream } from './picture.js';

/** How many streams one look reads groups and new entries of; more streams take turns. */
const STREAMS_PER_LOOK = 240;
/** How many streams one look reads everything else of. */
const WHOLE_STREAMS_PER_LOOK = 24;
/** About how much of the new entries one look reads, in bytes: of all streams together, and of one stream. */
const LOOK_BYTES = 4 * 1024 * 1024;
export const SAMPLED_BYTES = 256 * 1024;
/** How many of a stream's new entries one look reads at most. */
export const SAMPLED_ENTRIES = 200;
/** How many groups have their consumers read in turn, besides groups in which something changed. */
const GROUPS_PER_LOOK = 2;
const NEWS_PER_LOOK = 8;
/** How many looks there are between two readings of: the length, which trimming changes; dead letters; the server's clock. */
const LENGTH_EVERY = 5;
const DEAD_LETTERS_EVERY = 3;
/** Up to this lag, the last delivered entry tells well enough how long the next one has waited. */
const SMALL_LAG_MS = 1500;

/**
 * What the next look reads. Each reading costs Redis commands: numbers that change each second are read each second, the rest in turn.
 *
 * @param look counts the looks, from 0
 */
export function planLook(look: number, names: readonly string[], picture: Picture): StreamSurveyRequest[] {
  const chosen = inSequence(names, look * STREAMS_PER_LOOK, STREAMS_PER_LOOK);
  const whole = new Set(inSequence(chosen, look * WHOLE_STREAMS_PER_LOOK, WHOLE_STREAMS_PER_LOOK));
  const replyBytes = Math.min(SAMPLED_BYTES, Math.floor(LOOK_BYTES / Math.max(1, chosen.length)));
  const isMany = chosen.length > WHOLE_STREAMS_PER_LOOK;
  const pairs = chosen.flatMap((name) =>
    [...(picture.streams.get(name)?.groups.values() ?? [])].map((group) => ({ name, group })),
  );
  const news = pairs.filter(({ group }) => hasNews(group, picture)).slice(0, NEWS_PER_LOOK);
  const turn = [...inSequence(pairs, look * GROUPS_PER_LOOK, GROUPS_PER_LOOK), ...news];
  return chosen.map((name, index) => {
    const stream = picture.streams.get(name);
    const groups = [...(stream?.groups.values() ?? [])];
    const lookedAt = new Set(turn.filter((one) => one.name === name).map(({ group }) => group));
    const isWhole = whole.has(name);
    // With many streams, a stream's turn is rare enough, and might never coincide with this count.
    const isTurn = (every: number): boolean => isWhole && (isMany || (look + index) % every === 0);
    const isDeadLettersTurn = isTurn(DEAD_LETTERS_EVERY) || (isWhole && !stream);
    return {
      stream: name,
      info: !stream || isTurn(LENGTH_EVERY) || addedOf(groups) === null,
      // The existing entries of a new stream are read separately, within limits.
      ...(stream
        ? { entries: { ...(stream.last ? { after: stream.last.id } : {}), count: stream.pace.count, replyBytes } }
        : {}),
      deadLetters: isDeadLettersTurn,
      consumersOf: [...lookedAt].map((group) => group.name),
      pendingOf: [...lookedAt].filter(({ pending }) => pending > 0).map((group) => group.name),
      replaysOf: isDeadLettersTurn && stream?.hadDeadLetters ? groups.map((group) => group.name) : [],
      nextOf: Object.fromEntries(
        groups.filter((group) => waitsLong(group, stream, picture)).map((group) => [group.name, group.lastDeliveredId]),
      ),
    };
  });
}

/** How many entries were ever appended, by a group's counters; null if no group knows. */
export function addedOf(groups: readonly Pick<SeenGroup, 'entriesRead' | 'lag'>[]): number | null {
  for (const { entriesRead, lag } of groups) if (entriesRead !== null && lag !== null) return entriesRead + lag;
  return null;
}

/** Whether the number of consumers has changed, or one is gone and held events. */
function hasNews({ consumers, consumerRows }: SeenGroup, { workers }: Picture): boolean {
  if (consumerRows?.length !== consumers) return true;
  return consumerRows.some((row) => row.pending > 0 && consumerState(row, workers) === 'gone');
}

function waitsLong({ lag, lastDeliveredId }: SeenGroup, stream: SeenStream | undefined, { atMs }: Picture): boolean {
  return lag !== 0 && stream !== undefined && atMs - timeOfEntryId(lastDeliveredId) > SMALL_LAG_MS;
}

/** How many looks it takes until each of this many streams was read. */
export function looksOfATurn(streams: number): number {
  return Math.ceil(streams / STREAMS_PER_LOOK);
}

function inSequence<T>(all: readonly T[], start: number, count: number): T[] {
  if (all.length <= count) return [...all];
  return Array.from({ length: count }, (_, index) => all[(start + index) % all.length] as T);
}
