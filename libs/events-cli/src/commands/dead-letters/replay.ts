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
To the group that gave them up, and there to the handler that failed; nobody else sees them. Say which: ids, --all, or
filters. They go one after the other in the order of their originals; what fails again is a dead letter again. Of events
that are parked behind another of their key, the first brings the others. Before it begins it says what will happen and
asks; without an answer nothing is done. Who did it and why is kept in <stream>:dead-letters:history.

Exits 1 when one could not be replayed, such as one that somebody else has replayed meanwhile.`,
  words: [1, 10_000],
  options: {
    ...FILTER_OPTIONS,
    ...ACT_OPTIONS,
    data: {
      type: 'string',
      value: '<json>',
      what: 'another payload, for one: JSON, @file, or - for stdin (with --yes)',
    },
  },
  examples: [
    ['events dead-letters replay orders 1795452300123-0', 'one'],
    ['events dead-letters replay orders --error GatewayUnavailableError --why "it is back"', 'all with one cause'],
    ['events dead-letters replay orders 1795452300123-0 --data @fixed.json', 'with another payload'],
    ['events dead-letters replay orders --all --yes --json', 'in a script'],
  ],
  redis: [
    ['XRANGE <key>:dead-letters - +', 'which there are'],
    ['XDEL <key>:dead-letters <id>', 'take it away, once, in a script (lua/take-dead-letter.lua)'],
    ['XADD <key>:<group>:replays * …', 'and hand it to the group, in the same script'],
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
        'Each leaves the dead letters and is delivered again, to its group and handler alone, with its attempts counted anew.',
        'What fails again is a dead letter again.',
        ...(data === undefined ? [] : ['It gets another payload.', ...notExact(data.json)]),
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

/** What of the payload readers in JavaScript read another value of. */
function notExact(json: string): string[] {
  return lossesOf(json).map(({ path, why }) => safe(`Not exact for readers in JavaScript: ${path}: ${why}.`));
}
