import { compareEntryIds } from 'nestjs-event-streams/core';
import { entryIdBefore, fieldOf, isEntryId } from 'nestjs-event-streams/internal';
import { UsageError } from '../cli-errors.js';
import { defineCommand } from '../command.js';
import type { Context } from '../context.js';
import { entryJson } from '../entry-json.js';
import { entryLine } from '../entry-text.js';
import { EXIT } from '../exit-codes.js';
import { follow, START, type FollowedEntry } from '../follow.js';
import { durationOf, numberOption } from '../values.js';

/** The events to begin with are searched among this many of the latest entries of each stream, and this many bytes of them. */
const LOOKED_BACK = 1000;
const LOOKED_BACK_BYTES = 64 * 1024 * 1024;

interface Filter {
  type?: string[];
  key?: string;
  correlation?: string;
}

/** `events tail` */
export const tail = defineCommand({
  name: 'tail',
  usage: '[stream…]',
  summary: 'show new events as they arrive, of some or all streams',
  about: `
Begins with the latest ten events, or at --from, and continues with new ones, also of streams that are created later.
It reads with XREAD, not XREADGROUP, so no group misses an event because of it. Filters are applied here, not by Redis:
Redis sends every event. If Redis becomes unavailable, tail waits and then continues after the last event.

Times are in the time zone of this machine, also a --from without a zone. On a terminal, a line is cut to its width; in
a pipe, and with --json, nothing is cut.`,
  words: [0, 100],
  options: {
    from: {
      type: 'string',
      value: '<where>',
      what: 'where to begin: start, an id, a time (2026-11-24T10:00), or an age (10m)',
    },
    lines: { type: 'string', short: 'n', value: '<n>', what: 'how many of the latest events to begin with (10)' },
    type: { type: 'string', multiple: true, value: '<type>', what: 'only events of this type' },
    key: { type: 'string', value: '<key>', what: 'only events with this partition key' },
    correlation: { type: 'string', value: '<id>', what: 'only events with this correlation id' },
    count: { type: 'string', value: '<n>', what: 'end after this many events' },
    'no-follow': { type: 'boolean', what: 'end at the end of the streams, instead of waiting for new events' },
  },
  examples: [
    ['events tail', 'shows all events'],
    ['events tail orders --type order_placed --from 10m', 'shows orders of the last ten minutes, and new ones'],
    ['events tail --correlation 89d9168e-feaa-… --from start --no-follow', 'shows all events of one order'],
    ['events tail payments --json | jq \'select(.event.data.status == "declined")\'', 'shows declined payments'],
  ],
  redis: [
    ['XREVRANGE <key> + - COUNT 1000', 'the latest entries'],
    ['XREAD COUNT 200 BLOCK 1000 STREAMS <key>… <id>…', 'entries after an id, without a group'],
  ],
  async run(context, words, options) {
    const { session, signal, output, json } = context;
    if (options.from !== undefined && options.lines !== undefined) {
      throw new UsageError('Expected --from or --lines, got both. See: events help tail');
    }
    const lines = numberOption('lines', options.lines ?? '10');
    let left = options.count === undefined ? Infinity : numberOption('count', options.count);
    const show = async ({ stream, entry }: FollowedEntry): Promise<void> => {
      if (left <= 0 || !fits(entry.fields, options)) return;
      left -= 1;
      if (json) await output.line(entryJson({ stream, ...entry }));
      else await output.line(entryLine(stream, entry, output.width, output.paint));
    };

    const names = await session.streams(words);
    const positions =
      options.from === undefined
        ? await latest(context, names, lines, options, show)
        : new Map(names.map((name) => [name, '']));
    if (options.from !== undefined) {
      const from = await startOf(options.from, () => session.now());
      for (const name of names) positions.set(name, from);
    }
    const isFollowing = options['no-follow'] !== true;
    if (left <= 0 || (!isFollowing && options.from === undefined)) return EXIT.ok;
    for await (const found of follow(session, positions, {
      follow: isFollowing,
      search: isFollowing && words.length === 0,
      signal,
    })) {
      await show(found);
      if (left <= 0) break;
    }
    return EXIT.ok;
  },
});

/** Shows the latest entries. @returns the end of each stream */
async function latest(
  { session }: Context,
  names: readonly string[],
  lines: number,
  filter: Filter,
  show: (found: FollowedEntry) => Promise<void>,
): Promise<Map<string, string>> {
  // Their ids alone: all together may be too large to be held.
  const found: { stream: string; id: string }[] = [];
  const positions = new Map<string, string>();
  for (const stream of names) {
    positions.set(stream, START);
    let [left, scanned, bytes] = [lines, 0, 0];
    const pages = session.monitor.pages(stream, {
      order: 'newest-first',
      wanted: ({ fields }) => fits(fields, filter),
    });
    for await (const page of pages) {
      if (scanned === 0 && page.first !== null) positions.set(stream, page.first);
      for (const { id } of page.entries.slice(0, left)) found.push({ stream, id });
      left -= page.entries.length;
      scanned += page.scanned;
      bytes += page.bytes;
      if (left <= 0 || scanned >= LOOKED_BACK || bytes >= LOOKED_BACK_BYTES) break;
    }
  }
  found.sort((a, b) => compareEntryIds(a.id, b.id));
  for (const { stream, id } of lines === 0 ? [] : found.slice(-lines)) {
    const entry = await session.monitor.entry(stream, id);
    if (entry) await show({ stream, entry });
  }
  return positions;
}

/** The id after which to begin. @throws UsageError */
async function startOf(from: string, now: () => Promise<number>): Promise<string> {
  if (from === 'start') return START;
  if (isEntryId(from)) return entryIdBefore(from);
  const age = durationOf(from);
  // A date alone would be read as UTC, while a time without zone, and all times that are shown, are this machine's.
  const time = /^\d{4}-\d{2}-\d{2}$/.test(from) ? `${from}T00:00` : from;
  const ms = age === undefined ? Date.parse(time) : (await now()) - age;
  if (Number.isFinite(ms) && ms > 0 && (age !== undefined || /^\d{4}-/.test(from)))
    return entryIdBefore(`${String(Math.floor(ms))}-0`);
  throw new UsageError(
    `Expected --from as start, an id, a time such as 2026-11-24T10:00:00Z, or an age such as 10m, got ${JSON.stringify(from)}`,
  );
}

function fits(fields: readonly string[], { type, key, correlation }: Filter): boolean {
  return (
    (type === undefined || type.includes(fieldOf(fields, 'event_type') ?? '')) &&
    (key === undefined || fieldOf(fields, 'partition_key') === key) &&
    (correlation === undefined || fieldOf(fields, 'correlation_id') === correlation)
  );
}
