import type { DeadLetter } from 'nestjs-event-streams/core';
import { defineCommand } from '../../command.js';
import { entryJson } from '../../entry-json.js';
import { EXIT } from '../../exit-codes.js';
import { table, type Cell, type Column } from '../../terminal/table.js';
import { count, cut, number } from '../../terminal/text.js';
import { numberOption } from '../../values.js';
import { filterOf, FILTER_OPTIONS, HEAD_BYTES } from './selection.js';

const COLUMNS: readonly Column[] = [
  { title: 'STREAM', worth: 10 },
  { title: 'ID', worth: 9 },
  { title: 'EVENT', worth: 6 },
  { title: 'GROUP', worth: 7 },
  { title: 'HANDLER', worth: 2 },
  { title: 'REASON', worth: 5 },
  { title: 'TRIES', align: 'right', worth: 1 },
  { title: 'ERROR', worth: 8 },
];
const MAX_ERROR_LENGTH = 60;

/** `events dead-letters list` */
export const deadLettersList = defineCommand({
  name: 'dead-letters list',
  usage: '[stream…]',
  summary: 'list dead letters: events that a group has given up',
  about: `
Oldest first, of some or all streams. ID is the id of the dead letter, which show, replay and discard take.`,
  words: [0, 100],
  options: {
    ...FILTER_OPTIONS,
    limit: { type: 'string', value: '<n>', what: 'list at most this many (50; with --json all)' },
  },
  examples: [
    ['events dead-letters list', 'lists the dead letters of all streams'],
    ['events dead-letters list orders --error GatewayUnavailableError', 'lists those with this error'],
    ['events dead-letters list --json | jq -r .errorName | sort | uniq -c', 'counts them by error'],
  ],
  redis: [
    ['XRANGE <key>:dead-letters - + COUNT 100', 'a page of dead letters'],
    ['XLEN <key>:dead-letters', 'the number of dead letters'],
  ],
  async run({ session, output, json }, words, options) {
    const filter = filterOf(options);
    const limit = options.limit === undefined ? (json ? Infinity : 50) : numberOption('limit', options.limit);
    const rows: Cell[][] = [];
    let hasMore = false;
    let shown = 0;
    for (const stream of await session.streams(words)) {
      for await (const deadLetter of session.deadLetters.scan(stream, filter, json ? {} : { wholeBytes: HEAD_BYTES })) {
        if (shown >= limit) {
          hasMore = true;
          break;
        }
        shown += 1;
        const { stream: key, ...rest } = deadLetter;
        if (json) await output.line(entryJson({ stream, key, ...rest }));
        else rows.push(cellsOf(stream, deadLetter));
      }
    }
    if (json) return EXIT.ok;
    const { width, paint } = output;
    await output.lines(rows.length === 0 ? ['No dead letters.'] : table(COLUMNS, rows, { width, paint }));
    if (hasMore)
      output.notice(
        `There are more than ${count(limit, 'dead letter')}. See more with --limit, or select with a filter such as --error`,
      );
    return EXIT.ok;
  },
});

function cellsOf(stream: string, deadLetter: DeadLetter): Cell[] {
  const { id, event, group, handler, reason, attempts, errorName, errorMessage } = deadLetter;
  return [
    stream,
    id,
    event ? event.event_type : { text: 'not an event', style: 'red' },
    { text: group, style: 'cyan' },
    handler,
    reason,
    number(attempts),
    cut(`${errorName}: ${errorMessage}`, MAX_ERROR_LENGTH),
  ];
}
