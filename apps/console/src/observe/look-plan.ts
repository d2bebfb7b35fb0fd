import { timeOfEntryId, type StreamSurveyRequest } from 'nestjs-event-streams';
import { consumerState } from './consumer-state.js';
import type { Picture, SeenGroup, SeenStream } from './picture.js';

/** Streams of one look; with more of them, each has its turn. */
const STREAMS_PER_LOOK = 24;
/** Entries of each stream that one look reads at most. */
export const SAMPLED_ENTRIES = 200;
/** Dead letters that are looked at for the groups that gave them up. */
const SAMPLED_LETTERS = 50;
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
  const chosen = inTurn(names, look * STREAMS_PER_LOOK, STREAMS_PER_LOOK);
  const pairs = chosen.flatMap((name) =>
    [...(picture.streams.get(name)?.groups.values() ?? [])].map((group) => ({ name, group })),
  );
  const news = pairs.filter(({ group }) => hasNews(group, picture)).slice(0, NEWS_PER_LOOK);
  const turn = [...inTurn(pairs, look * GROUPS_PER_LOOK, GROUPS_PER_LOOK), ...news];
  return chosen.map((name, index) => {
    const stream = picture.streams.get(name);
    const groups = [...(stream?.groups.values() ?? [])];
    const lookedAt = new Set(turn.filter((one) => one.name === name).map(({ group }) => group));
    const isDeadLettersTurn = !stream || (look + index) % DEAD_LETTERS_EVERY === 0;
    return {
      stream: name,
      info: !stream || (look + index) % LENGTH_EVERY === 0 || addedOf(groups) === null,
      entries: { ...(stream?.last ? { after: stream.last.id } : {}), count: SAMPLED_ENTRIES },
      deadLetters: isDeadLettersTurn,
      // Only when there are others than before.
      ...(stream && stream.deadLetters !== stream.givenUpAt ? { deadLetterGroups: SAMPLED_LETTERS } : {}),
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

function inTurn<T>(all: readonly T[], start: number, count: number): T[] {
  if (all.length <= count) return [...all];
  return Array.from({ length: count }, (_, index) => all[(start + index) % all.length] as T);
}
