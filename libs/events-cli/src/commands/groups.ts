import { duration } from 'nestjs-event-streams/internal';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { countCell, lagCell, timeCell } from '../group-cells.js';
import { lookAtGroups } from '../look.js';
import { table, type Cell, type Column } from '../terminal/table.js';
import { number } from '../terminal/text.js';

const COLUMNS: readonly Column[] = [
  { title: 'GROUP', worth: 10 },
  { title: 'STREAM', worth: 9 },
  { title: 'CONSUMERS', align: 'right', worth: 3 },
  { title: 'LAG', align: 'right', worth: 8 },
  { title: 'BEHIND', align: 'right', worth: 7 },
  { title: 'PENDING', align: 'right', worth: 6 },
  { title: 'OLDEST', align: 'right', worth: 5 },
  { title: 'LAST DELIVERED', worth: 1 },
];

/** `events groups` */
export const groups = defineCommand({
  name: 'groups',
  usage: '[stream…]',
  summary: 'show the consumer groups and their positions',
  about: `
Columns, for each group on each stream:

  CONSUMERS        the number of its consumers
  LAG              events that were not delivered to it yet; ? if Redis does not know
  BEHIND           age of the oldest of them
  PENDING          events that were delivered and are not settled
  OLDEST           age of the oldest of them
  LAST DELIVERED   id of the last entry that was delivered`,
  words: [0, 100],
  options: { consumers: { type: 'boolean', what: 'add the consumers of each group' } },
  examples: [
    ['events groups', 'shows all groups of all streams'],
    ['events groups orders --consumers', 'shows the groups of one stream, with the pending events of each consumer'],
  ],
  redis: [
    ['XINFO GROUPS <key>', 'the groups of a stream'],
    ['XREVRANGE <key> + - COUNT 1', 'the last entry, to check the lag'],
    ['XINFO CONSUMERS <key> <group>', 'the consumers of a group'],
    ['XPENDING <key> <group>', 'its pending events'],
  ],
  async run({ session, output, json }, words, { consumers: withConsumers = false }) {
    const rows: Cell[][] = [];
    for (const stream of await session.streams(words)) {
      const looks = await lookAtGroups(session, stream, await session.monitor.groups(stream), withConsumers);
      for (const { name, ...group } of looks) {
        if (json) {
          const { consumers, ...rest } = group;
          await output.row({ stream, group: name, ...rest, ...(withConsumers ? { consumers } : {}) });
          continue;
        }
        rows.push([
          { text: name, style: 'cyan' },
          stream,
          number(group.consumerCount),
          lagCell(group),
          timeCell(group.lagMs),
          countCell(group.pending),
          timeCell(group.oldestPendingMs, group.pending > 0),
          group.lastDeliveredId,
        ]);
        for (const consumer of group.consumers) {
          const seen = `seen ${duration(consumer.idleMs)} ago`;
          rows.push([`  ${consumer.name}`, '', '', '', '', countCell(consumer.pending), '', seen]);
        }
      }
    }
    if (!json) {
      const { width, paint } = output;
      await output.lines(rows.length === 0 ? ['No groups.'] : table(COLUMNS, rows, { width, paint }));
    }
    return EXIT.ok;
  },
});
