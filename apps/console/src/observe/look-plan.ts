import { timeOfEntryId } from 'nestjs-event-streams';
import type { StreamSurveyRequest } from 'nestjs-event-streams/internal';
import { consumerState } from './consumer-state.js';
import type { Picture, SeenGroup, SeenStream } from './picture.js';

/** Streams whose groups and new entries one look asks for; with more of them, each has its turn. */
const STREAMS_PER_LOOK = 240;
/** Streams of one look that everything else is asked of. */
const WHOLE_STREAMS_PER_LOOK = 24;
/** What one look reads of new entries at most, about, in bytes: of all streams together, and of one of them. */
const LOOK_BYTES = 4 * 1024 * 1024;
export const SAMPLED_BYTES = 256 * 1024;
/** How many of a stream's new entries one look reads at most. */
export const SAMPLED_ENTRIES = 200;
/** Groups whose consumers are looked at in turn, besides those with something new. */
const GROUPS_PER_LOOK = 2;
const NEWS_PER_LOOK = 8;
/** Every how many looks: the length, which trimming changes; dead letters; the server's clock. */
const LENGTH_EVERY = 5;
const DEAD_LETTERS_EVERY = 3;
/** Below that, how long an entry waits is well enough known from what was delivered before it. */
const SMALL_LAG_MS = 1500;

/**
 * What the next look asks for. Everything costs the server commands: what moves each second is asked each second, the
 * rest in turn.
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
    // With many streams its turn is seldom enough, and would never fall together with another count of looks.
    const isTurn = (every: number): boolean => isWhole && (isMany || (look + index) % every === 0);
    const isDeadLettersTurn = isTurn(DEAD_LETTERS_EVERY) || (isWhole && !stream);
    return {
      stream: name,
      info: !stream || isTurn(LENGTH_EVERY) || addedOf(groups) === null,
      // What a new one has already is read for itself, within bounds.
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

/** How many entries were ever appended, where a group's counters tell; null where none does. */
export function addedOf(groups: readonly Pick<SeenGroup, 'entriesRead' | 'lag'>[]): number | null {
  for (const { entriesRead, lag } of groups) if (entriesRead !== null && lag !== null) return entriesRead + lag;
  return null;
}

/** Another number of consumers than before, or one that is gone and held something. */
function hasNews({ consumers, consumerRows }: SeenGroup, { workers }: Picture): boolean {
  if (consumerRows?.length !== consumers) return true;
  return consumerRows.some((row) => row.pending > 0 && consumerState(row, workers) === 'gone');
}

function waitsLong({ lag, lastDeliveredId }: SeenGroup, stream: SeenStream | undefined, { atMs }: Picture): boolean {
  return lag !== 0 && stream !== undefined && atMs - timeOfEntryId(lastDeliveredId) > SMALL_LAG_MS;
}

/** How long it takes until each of so many streams was asked, in looks. */
export function looksOfATurn(streams: number): number {
  return Math.ceil(streams / STREAMS_PER_LOOK);
}

function inSequence<T>(all: readonly T[], start: number, count: number): T[] {
  if (all.length <= count) return [...all];
  return Array.from({ length: count }, (_, index) => all[(start + index) % all.length] as T);
}
