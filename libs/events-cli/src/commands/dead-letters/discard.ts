import { defineCommand } from '../../command.js';
import { ACT_OPTIONS, carryOut } from './act.js';
import { FILTER_OPTIONS, select } from './selection.js';

/** `events dead-letters discard` */
export const deadLettersDiscard = defineCommand({
  name: 'dead-letters discard',
  usage: '<stream> [id…]',
  summary: 'give dead letters up for good',
  about: `
The handler that failed will never have handled the event. Its entry stays in the stream. Say which: ids, --all, or
filters. Before it begins it says what will happen and asks; without an answer nothing is done. Who did it and why is
kept in <stream>:dead-letters:history.

Exits 1 when one could not be discarded, such as one that somebody else has replayed meanwhile.`,
  words: [1, 10_000],
  options: { ...FILTER_OPTIONS, ...ACT_OPTIONS },
  examples: [
    ['events dead-letters discard orders 1795452300123-0 --why "a test order"', 'one'],
    ['events dead-letters discard orders --reason undecodable', 'all that are no envelopes'],
  ],
  redis: [
    ['XDEL <key>:dead-letters <id>', 'take it away, once, in a script (lua/take-dead-letter.lua)'],
    ['XADD <key>:dead-letters:history * …', 'and note who did it and why, in the same script'],
  ],
  async run(context, [given = '', ...ids], options) {
    const { session } = context;
    const stream = await session.stream(given);
    const deadLetters = await select(session, stream, ids, options);
    return carryOut(context, stream, deadLetters, options, {
      doing: 'Discarding',
      done: 'discarded',
      consequences: [
        'Each leaves the dead letters for good: its handler will never have handled the event. The streams keep the originals.',
      ],
      one: async ({ id }, note) => {
        await session.deadLetters.discard(stream, id, note);
        return {};
      },
    });
  },
});
