import { defineCommand } from '../../command.js';
import { ACT_OPTIONS, carryOut } from './act.js';
import { FILTER_OPTIONS, select } from './selection.js';

/** `events dead-letters discard` */
export const deadLettersDiscard = defineCommand({
  name: 'dead-letters discard',
  usage: '<stream> [id…]',
  summary: 'remove dead letters without delivering them again',
  about: `
The handler that failed does not get the event again. The original entry stays in its stream.

Select dead letters by ids, by filters, or with --all. The command first says what it will do and asks for confirmation,
unless --yes is given. The history of the stream (<stream>:dead-letters:history) records who did it and why.

Exits with 1 if a dead letter could not be discarded, for example because somebody else has replayed it meanwhile.`,
  words: [1, 10_000],
  options: { ...FILTER_OPTIONS, ...ACT_OPTIONS },
  examples: [
    ['events dead-letters discard orders 1795452300123-0 --why "a test order"', 'discards one'],
    ['events dead-letters discard orders --reason undecodable', 'discards all that are not events'],
  ],
  redis: [
    ['XDEL <key>:dead-letters <id>', 'remove it, once, in a script (lua/take-dead-letter.lua)'],
    ['XADD <key>:dead-letters:history * …', 'record who did it and why, in the same script'],
  ],
  async run(context, [given = '', ...ids], options) {
    const { session } = context;
    const stream = await session.stream(given);
    const deadLetters = await select(session, stream, ids, options);
    return carryOut(context, stream, deadLetters, options, {
      doing: 'Discarding',
      done: 'discarded',
      consequences: [
        'Each dead letter is removed, and its event is not delivered again. The original entries stay in the stream.',
      ],
      one: async ({ id }, note) => {
        await session.deadLetters.discard(stream, id, note);
        return {};
      },
    });
  },
});
