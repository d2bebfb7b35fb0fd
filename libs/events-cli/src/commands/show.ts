import type { MonitoredEntry } from 'nestjs-event-streams/core';
import { duration, fieldOf, isEntryId, problemOf } from 'nestjs-event-streams/internal';
import { safe } from 'nestjs-event-streams/text';
import { UnmetError, UsageError } from '../cli-errors.js';
import { defineCommand } from '../command.js';
import type { Context } from '../context.js';
import { entryJson } from '../entry-json.js';
import { entryLines } from '../entry-text.js';
import { EXIT } from '../exit-codes.js';
import { handlingsOf, type Handling } from '../handling.js';
import { Progress } from '../terminal/progress.js';
import type { Cell } from '../terminal/table.js';
import { table } from '../terminal/table.js';
import { count } from '../terminal/text.js';

/** `events show` */
export const show = defineCommand({
  name: 'show',
  usage: '<stream> <id> | [stream] <event_id>',
  summary: 'show one event, and its state in each group',
  about: `
An entry is read directly by its stream and id. An event_id has to be searched for, from the latest entry back, in all
streams or in the given one.

The state in a group is one of these:

  waiting         not delivered yet
  pending         delivered and not settled; with its consumer, and the handlers that failed or are done
  dead-lettered   given up: it is a dead letter
  replaying       a dead letter that was replayed and is not settled yet
  settled         acknowledged; also each event from before the group was created, since Redis does not record who
                  acknowledged an event`,
  words: [1, 2],
  options: {},
  examples: [
    ['events show orders 1795452268988-0', 'shows an entry by its id'],
    ['events show 5ea4e708-b244-429d-bfd7-68c9d9251008', 'searches all streams for an event_id'],
    ['events show orders 1795452268988-0 --json | jq .event.data', 'prints its payload'],
  ],
  redis: [
    ['XRANGE <key> <id> <id>', 'the entry'],
    ['XREVRANGE <key> + - COUNT <n>', 'the search for an event_id, page by page'],
    ['XINFO GROUPS <key>', 'the position of each group'],
    ['XPENDING <key> <group> <id> <id> 1', 'whether it is pending, and its consumer'],
    ['HSCAN <key>:<group>:deliveries 0 MATCH <id>|*', 'failed attempts, and handlers that are done'],
    ['XRANGE <key>:dead-letters <time of id> +', 'its dead letters'],
  ],
  async run(context, [first = '', second]) {
    const { session, output, json } = context;
    const found = second !== undefined && isEntryId(second) ? await byId(context, first, second) : undefined;
    const { stream, entry } = found ?? (await byEventId(context, second ?? first, second === undefined ? [] : [first]));
    const handlings = await handlingsOf(session, stream, entry.id);
    if (json) {
      const key = session.keyspace.stream(stream);
      await output.line(entryJson({ stream, key, ...entry, groups: handlings }));
      return EXIT.ok;
    }
    const [data] = await session.subjects.shown([fieldOf(entry.fields, 'data') ?? '']);
    const { paint, width } = output;
    await output.lines([
      `${paint('bold', safe(session.keyspace.stream(stream)))}  ${entry.id}`,
      '',
      ...(entry.event ? [] : [paint('red', `  This is not an event. ${safe(problemOf(entry) ?? '')}`)]),
      ...entryLines(entry, paint, data),
      '',
      ...(handlings.length === 0
        ? ['No group reads this stream.']
        : table(
            [
              { title: 'GROUP', worth: 3 },
              { title: 'STATE', worth: 2 },
              { title: '', worth: 1 },
            ],
            handlings.flatMap((handling) => rowsOf(stream, handling)),
            // What is said of a group is not cut.
            { paint, width: width === undefined ? undefined : Infinity },
          )),
    ]);
    return EXIT.ok;
  },
});

interface Found {
  stream: string;
  entry: MonitoredEntry;
}

async function byId({ session }: Context, given: string, id: string): Promise<Found> {
  const stream = await session.stream(given);
  const entry = await session.monitor.entry(stream, id);
  if (entry) return { stream, entry };
  throw new UnmetError(
    `${session.keyspace.stream(stream)} has no entry ${id}: it was trimmed or deleted, or never there`,
  );
}

async function byEventId({ session, output, signal }: Context, eventId: string, given: string[]): Promise<Found> {
  if (isEntryId(eventId))
    throw new UsageError(`Expected the stream of entry ${eventId}: events show <stream> ${eventId}`);
  const streams = await session.streams(given);
  const survey = await session.direct.survey({ streams: streams.map((stream) => ({ stream, info: true })) });
  using progress = new Progress(
    output.stderr,
    'Searching',
    survey.streams.reduce((sum, { info }) => sum + (info?.length ?? 0), 0),
  );
  // A page of each in turn: what is looked for is mostly young.
  const wanted = ({ fields }: Pick<MonitoredEntry, 'fields'>): boolean => fieldOf(fields, 'event_id') === eventId;
  let open = streams.map((stream) => ({
    stream,
    pages: session.monitor.pages(stream, { order: 'newest-first', wanted }),
  }));
  while (open.length > 0 && !signal.aborted) {
    const next: typeof open = [];
    for (const search of open) {
      const page = await search.pages.next();
      if (page.done === true) continue;
      const [entry] = page.value.entries;
      if (entry) return { stream: search.stream, entry };
      progress.step(page.value.scanned);
      next.push(search);
    }
    open = next;
  }
  throw new UnmetError(`No event with the event_id ${eventId} in ${streams.join(', ') || 'any stream'}`);
}

function rowsOf(stream: string, handling: Handling): Cell[][] {
  const { group, state, pending, notes, deadLetters, actions } = handling;
  const details: string[] = [];
  if (pending) {
    const { consumer, idleMs, deliveries } = pending;
    const times = count(deliveries, 'delivery', 'deliveries');
    details.push(`with ${consumer}, ${times}, renewed ${duration(idleMs)} ago`);
  }
  for (const { handler, isDone, failures } of notes) {
    details.push(`${handler} ${isDone ? 'is done' : `failed ${count(failures, 'time')}`}`);
  }
  for (const deadLetter of deadLetters) {
    const { id, handler, reason, attempts, errorName } = deadLetter;
    const who = handler === '-' ? '' : `${handler}: `;
    details.push(
      `${who}${reason} after ${count(attempts, 'attempt')}, ${errorName}`,
      `see: events dead-letters show ${stream} ${id}`,
    );
  }
  for (const { action, by, why, at } of actions) {
    details.push([action, at, by && `by ${by}`, why && `(${why})`].filter(Boolean).join(' '));
  }
  const mark: Cell = { text: state, style: STYLES[state] };
  return [
    [{ text: group, style: 'cyan' }, mark, details[0] ?? ''],
    ...details.slice(1).map((detail) => ['', '', detail]),
  ];
}

const STYLES = {
  waiting: 'yellow',
  pending: 'yellow',
  settled: 'green',
  'dead-lettered': 'red',
  replaying: 'yellow',
} as const;
