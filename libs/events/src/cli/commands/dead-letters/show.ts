import type { DeadLetter } from '../../../operate/dead-letter.js';
import { number } from '../../terminal/text.js';
import { defineCommand } from '../../command.js';
import { entryJson } from '../../entry-json.js';
import { entryLines, fieldLines, shortened } from '../../entry-text.js';
import { EXIT } from '../../exit-codes.js';
import { safe, safeLines } from '../../../log/safe-text.js';
import { fieldOf } from '../../../model/fields.js';
import { entryId } from '../../values.js';

/** `events dead-letters show` */
export const deadLettersShow = defineCommand({
  name: 'dead-letters show',
  usage: '<stream> <id>',
  summary: 'one dead letter whole: error, stack, attempts, the event',
  about: `
Who gave the event up, why, after how many attempts, between when and when, the error with its stack, and the event
as it was in its stream.`,
  words: [2, 2],
  options: {},
  examples: [['events dead-letters show orders 1795452300123-0', 'by the id that list shows']],
  redis: [['XRANGE <key>:dead-letters <id> <id>', 'the dead letter']],
  async run({ session, output, json }, [given = '', id = '']) {
    const stream = await session.stream(given);
    const letter = await session.deadLetters.get(stream, entryId(id));
    if (json) {
      const { stream: key, ...rest } = letter;
      await output.line(entryJson({ stream, key, ...rest }));
      return EXIT.ok;
    }
    const [data] = await session.subjects.shown([fieldOf(letter.fields, 'data') ?? '']);
    const { paint } = output;
    const about = {
      entry: `${letter.stream} ${letter.entryId}`,
      group: letter.group,
      handler: letter.handler,
      reason: letter.reason,
      attempts: String(letter.attempts),
      replays: String(letter.replays),
      'first failed': letter.firstFailedAt,
      'last failed': letter.lastFailedAt,
      error: `${letter.errorName}: ${letter.errorMessage}`,
    };
    await output.lines([
      `${paint('bold', safe(session.keyspace.deadLetters(stream)))}  ${letter.id}`,
      '',
      ...fieldLines(Object.entries(about), paint),
      `  ${paint('dim', 'stack')}`,
      ...safeLines(shortened(letter.errorStack)).map((line) => `    ${line}`),
      '',
      headOf(letter),
      '',
      ...entryLines(letter, paint, data),
      '',
      `To deliver it again:  events dead-letters replay ${safe(stream)} ${letter.id}`,
      `To give it up:        events dead-letters discard ${safe(stream)} ${letter.id}`,
    ]);
    return EXIT.ok;
  },
});

function headOf({ event, originalBytes, stream, entryId }: DeadLetter): string {
  if (originalBytes !== undefined) {
    const whole = `${stream} ${entryId}, if that still holds it`;
    return safe(
      `A part of the entry, whose ${number(originalBytes)} bytes are too many for a dead letter; the rest is in ${whole}`,
    );
  }
  return event ? 'The event' : 'The entry, which is no envelope';
}
