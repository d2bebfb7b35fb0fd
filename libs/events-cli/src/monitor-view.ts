import { duration } from 'nestjs-event-streams/internal';
import { safe } from 'nestjs-event-streams/text';
import { countCell, lagCell, NONE, rateCell, timeCell } from './group-cells.js';
import type { StreamLook } from './look.js';
import { PLAIN, type Paint } from './terminal/paint.js';
import { table, type Cell, type Column } from './terminal/table.js';
import { count, cut, number, widthOf } from './terminal/text.js';

/** What the monitor shows at one moment. */
export interface MonitorPicture {
  address: string;
  prefix: string;
  /** The time of day of this machine. */
  clock: string;
  streams: readonly StreamLook[];
  /** What is to be said above the table: that Redis is away, that the picture stands still. */
  note?: string | undefined;
}

const COLUMNS: readonly Column[] = [
  { title: 'STREAM, GROUP, CONSUMER', worth: 10 },
  { title: 'LENGTH', align: 'right', worth: 2 },
  { title: 'RATE/S', align: 'right', worth: 7 },
  { title: 'LAG', align: 'right', worth: 9 },
  { title: 'BEHIND', align: 'right', worth: 8 },
  { title: 'PENDING', align: 'right', worth: 6 },
  { title: 'OLDEST', align: 'right', worth: 5 },
  { title: 'DEAD', align: 'right', worth: 4 },
  { title: 'SEEN', align: 'right', worth: 1 },
];
const KEYS = 'q quit  p pause  c consumers  ↑↓ scroll';

/** The picture as lines, for a terminal of that size; all of it where there is none. */
export function monitorLines(
  picture: MonitorPicture,
  {
    width,
    height,
    scroll = 0,
    paint = PLAIN,
  }: { width?: number; height?: number; scroll?: number; paint?: Paint } = {},
): string[] {
  const [head = '', ...rows] = table(COLUMNS, picture.streams.flatMap(rowsOf), { width, paint });
  const { note } = picture;
  const top = [heading(picture, width, paint), ...(note ? [paint('yellow', fit(safe(note), width))] : []), '', head];
  if (rows.length === 0) top.push('', fit(`No streams with the prefix ${safe(picture.prefix)}.`, width));
  if (height === undefined) return [...top, ...rows];
  const room = Math.max(1, height - top.length - 2);
  const first = Math.max(0, Math.min(scroll, rows.length - room));
  const hidden = rows.length - first - room;
  const more = hidden > 0 ? `${count(hidden, 'more line')}  ` : '';
  return [...top, ...rows.slice(first, first + room), '', paint('dim', fit(more + KEYS, width))];
}

function heading({ address, prefix, clock, streams }: MonitorPicture, width: number | undefined, paint: Paint): string {
  const groups = new Set(streams.flatMap((stream) => stream.groups.map(({ name }) => name)));
  const right = `${count(streams.length, 'stream')}, ${count(groups.size, 'group')}  ${clock}`;
  const left = `${safe(prefix)} on ${safe(address)}`;
  const space = (width ?? 0) - widthOf(left) - widthOf(right);
  return space < 2 ? fit(`${left}  ${right}`, width) : `${paint('bold', left)}${' '.repeat(space)}${right}`;
}

function rowsOf({ name, length, ratePerSecond, deadLetters, groups }: StreamLook): Cell[][] {
  const dead: Cell = deadLetters === 0 ? NONE : { text: number(deadLetters), style: 'red' };
  const stream: Cell[] = [
    { text: name, style: 'bold' },
    countCell(length),
    rateCell(ratePerSecond),
    '',
    '',
    '',
    '',
    dead,
    '',
  ];
  return [
    stream,
    ...groups.flatMap((group): Cell[][] => [
      [
        { text: `  ${group.name}`, style: 'cyan' },
        '',
        rateCell(group.ratePerSecond),
        lagCell(group),
        timeCell(group.lagMs),
        countCell(group.pending),
        timeCell(group.oldestPendingMs, group.pending > 0),
        '',
        group.consumerCount === 0 ? { text: 'nobody', style: 'red' } : '',
      ],
      ...group.consumers.map((consumer): Cell[] => [
        `    ${consumer.name}`,
        '',
        '',
        '',
        '',
        countCell(consumer.pending),
        '',
        '',
        duration(consumer.idleMs),
      ]),
    ]),
  ];
}

function fit(text: string, width: number | undefined): string {
  return width === undefined ? text : cut(text, width);
}
