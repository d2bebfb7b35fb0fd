import { lossesOf } from 'nestjs-event-streams/internal';
import { safe } from 'nestjs-event-streams/text';
import { UsageError } from '../../cli-errors.js';
import { defineCommand } from '../../command.js';
import { readData } from '../../data.js';
import { ACT_OPTIONS, carryOut } from './act.js';
import { FILTER_OPTIONS, select } from './selection.js';

/** `events dead-letters replay` */
export const deadLettersReplay = defineCommand({
  name: 'dead-letters replay',
  usage: '<stream> [id…]',
  summary: 'deliver dead letters again',
  about: `
Delivers them to the group and handler that failed, and to nobody else, in the order of the original events. An event
that fails again becomes a dead letter again. If events are parked behind an earlier one of the same partition key,
replaying the earlier one brings the others, too.

Select dead letters by ids, by filters, or with --all. The command first says what it will do and asks for confirmation,
unless --yes is given. The history of the stream (<stream>:dead-letters:history) records who did it and why.

Exits with 1 if a dead letter could not be replayed, for example because somebody else has replayed it meanwhile.`,
  words: [1, 10_000],
  options: {
    ...FILTER_OPTIONS,
    ...ACT_OPTIONS,
    data: {
      type: 'string',
      value: '<json>',
      what: 'another payload, for one dead letter: JSON, @file, or - for stdin (with --yes)',
    },
  },
  examples: [
    ['events dead-letters replay orders 1795452300123-0', 'replays one'],
    [
      'events dead-letters replay orders --error GatewayUnavailableError --why "it is back"',
      'replays all with this error',
    ],
    ['events dead-letters replay orders 1795452300123-0 --data @fixed.json', 'replays one with another payload'],
    ['events dead-letters replay orders --all --yes --json', 'replays all without asking, in a script'],
  ],
  redis: [
    ['XRANGE <key>:dead-letters - +', 'the dead letters'],
    ['XDEL <key>:dead-letters <id>', 'remove it, once, in a script (lua/take-dead-letter.lua)'],
    ['XADD <key>:<group>:replays * …', 'hand it to the group, in the same script'],
  ],
  async run(context, [given = '', ...ids], options) {
    const { session, stdin } = context;
    if (options.data !== undefined && ids.length !== 1) {
      throw new UsageError('Expected one id with --data: another payload is for one dead letter');
    }
    if (options.data === '-' && !options.yes) {
      throw new UsageError('Expected --yes with --data -: stdin cannot be the payload and the answer');
    }
    const stream = await session.stream(given);
    const deadLetters = await select(session, stream, ids, options);
    const data = options.data === undefined ? undefined : await readData(options.data, stdin);
    return carryOut(context, stream, deadLetters, options, {
      doing: 'Replaying',
      done: 'replayed',
      consequences: [
        'Each event is delivered again, only to its group and handler, and its attempts start from one.',
        'An event that fails again becomes a dead letter again.',
        ...(data === undefined ? [] : ['The event gets another payload.', ...notExact(data.json)]),
      ],
      one: async ({ id }, note) => ({
        replayId: await session.deadLetters.replay(stream, id, {
          ...note,
          ...(data === undefined ? {} : { json: data.json }),
        }),
      }),
    });
  },
});

/** The numbers of the payload that readers in JavaScript read as other values. */
function notExact(json: string): string[] {
  return lossesOf(json).map(({ path, why }) => safe(`Not exact for readers in JavaScript: ${path}: ${why}.`));
}
