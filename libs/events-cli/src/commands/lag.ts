import { UnmetError } from '../cli-errors.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { countCell, lagCell, timeCell } from '../group-cells.js';
import { lookAtGroups, type GroupLook } from '../look.js';
import { table, type Cell, type Column } from '../terminal/table.js';
import { numberOption } from '../values.js';

const COLUMNS: readonly Column[] = [
  { title: 'GROUP', worth: 10 },
  { title: 'STREAM', worth: 9 },
  { title: 'LAG', align: 'right', worth: 8 },
  { title: 'BEHIND', align: 'right', worth: 7 },
  { title: 'PENDING', align: 'right', worth: 1 },
  { title: 'OLDEST', align: 'right', worth: 2 },
  { title: '', worth: 6 },
];

interface Limits {
  events: number;
  seconds: number;
  pendingSeconds: number;
}

/** `events lag` */
export const lag = defineCommand({
  name: 'lag',
  usage: '[stream…]',
  summary: 'how far groups are behind; exit code 1 above a limit',
  about: `
For alarms and scripts. A group is behind by the events that it was not given yet (LAG) and by the age of the oldest of
them (BEHIND). What it was given and has not settled is no lag: --max-pending-seconds watches the oldest of that.

Exits 1 when one group is above a limit, or when there is none to look at. Redis does not always know a lag (?), such as
of a group that was made in the middle of a stream; where --max-events is given, that counts as above.`,
  words: [0, 100],
  options: {
    group: { type: 'string', multiple: true, value: '<name>', what: 'only this group' },
    'max-events': { type: 'string', value: '<n>', what: 'limit of the lag in events' },
    'max-seconds': { type: 'string', value: '<s>', what: 'limit of the lag in seconds' },
    'max-pending-seconds': { type: 'string', value: '<s>', what: 'limit of the age of what is pending' },
  },
  examples: [
    ['events lag', 'all groups'],
    ['events lag orders --group payment_service --max-seconds 30 || alarm', 'when payments are half a minute behind'],
    ["events lag --json | jq -s 'map(.lag) | add'", 'events that wait, in all groups together'],
  ],
  redis: [
    ['XINFO GROUPS <key>', 'the lag in events, and the last delivered id'],
    ['XREVRANGE <key> + - COUNT 1', 'the last entry, which lags are checked against'],
    ['XRANGE <key> (<last delivered id> + COUNT 1', 'the oldest that was not delivered: its id has its time'],
    ['TIME', 'the clock that ids are made from'],
  ],
  async run({ session, output, json }, words, options) {
    const limits = limitsOf(options);
    const rows: Cell[][] = [];
    let looked = 0;
    let isAbove = false;
    for (const stream of await session.streams(words)) {
      const groups = await session.monitor.groups(stream);
      const wanted = groups.filter(({ name }) => options.group?.includes(name) ?? true);
      for (const group of await lookAtGroups(session, stream, wanted, false)) {
        const above = exceeded(group, limits);
        looked += 1;
        isAbove ||= above.length > 0;
        if (json) await output.row(jsonOf(stream, group, above));
        else rows.push(cellsOf(stream, group, above));
      }
    }
    if (looked === 0) throw new UnmetError(`There is no ${options.group ? 'such group' : 'group'} to look at`);
    const { width, paint } = output;
    if (!json) await output.lines(table(COLUMNS, rows, { width, paint }));
    return isAbove ? EXIT.unmet : EXIT.ok;
  },
});

function limitsOf(options: Readonly<Record<string, unknown>>): Limits {
  const limit = (name: string, whole: boolean): number => {
    const value = options[name];
    return typeof value === 'string' ? numberOption(name, value, { whole }) : Infinity;
  };
  return {
    events: limit('max-events', true),
    seconds: limit('max-seconds', false),
    pendingSeconds: limit('max-pending-seconds', false),
  };
}

type Look = Omit<GroupLook, 'ratePerSecond'>;

/** Which limits a group is above. */
function exceeded({ lag, lagMs, oldestPendingMs }: Look, { events, seconds, pendingSeconds }: Limits): string[] {
  const known = lag ?? (lagMs === 0 ? 0 : Infinity);
  return [
    ...(known > events ? ['events'] : []),
    ...(lagMs / 1000 > seconds ? ['seconds'] : []),
    ...(oldestPendingMs / 1000 > pendingSeconds ? ['pending-seconds'] : []),
  ];
}

function cellsOf(stream: string, group: Look, above: readonly string[]): Cell[] {
  return [
    { text: group.name, style: 'cyan' },
    stream,
    lagCell(group),
    timeCell(group.lagMs),
    countCell(group.pending),
    timeCell(group.oldestPendingMs, group.pending > 0),
    above.length === 0 ? '' : { text: `above max-${above.join(', max-')}`, style: 'red' },
  ];
}

function jsonOf(stream: string, { name, lag, lagMs, pending, oldestPendingMs }: Look, above: readonly string[]) {
  return {
    stream,
    group: name,
    lag,
    lagSeconds: lagMs / 1000,
    pending,
    oldestPendingSeconds: oldestPendingMs / 1000,
    above,
  };
}
