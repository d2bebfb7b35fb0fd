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
  summary: 'show how far groups are behind; exit with 1 above a limit',
  about: `
For alarms and scripts. LAG is the number of events that were not delivered to the group yet, BEHIND the age of the
oldest of them. PENDING events were delivered and are not settled; they do not count as lag. OLDEST is the age of the
oldest of them, which --max-pending-seconds limits.

Exits with 1 if a group is above a limit, or if there is no group. Redis does not always know the lag (?), for example
of a group that was created in the middle of a stream. With --max-events, an unknown lag counts as above the limit.`,
  words: [0, 100],
  options: {
    group: { type: 'string', multiple: true, value: '<name>', what: 'only this group' },
    'max-events': { type: 'string', value: '<n>', what: 'the largest lag, in events' },
    'max-seconds': { type: 'string', value: '<s>', what: 'the largest lag, in seconds' },
    'max-pending-seconds': { type: 'string', value: '<s>', what: 'the largest age of a pending event, in seconds' },
  },
  examples: [
    ['events lag', 'shows all groups'],
    [
      'events lag orders --group payment_service --max-seconds 30 || alarm',
      'runs alarm if payments are more than 30 seconds behind',
    ],
    ["events lag --json | jq -s 'map(.lag) | add'", 'prints the lag of all groups together'],
  ],
  redis: [
    ['XINFO GROUPS <key>', 'the lag in events, and the last delivered id'],
    ['XREVRANGE <key> + - COUNT 1', 'the last entry, to check the lag'],
    ['XRANGE <key> (<last delivered id> + COUNT 1', 'the oldest entry that was not delivered, for its time'],
    ['TIME', 'the time of the server, which makes the ids'],
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
    if (looked === 0)
      throw new UnmetError(
        `There is no ${options.group ? `group ${options.group.join(' or ')}` : 'group'} on ${words.length > 0 ? words.join(', ') : 'any stream'}. See: events groups`,
      );
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
