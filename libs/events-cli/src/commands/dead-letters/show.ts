import type { DeadLetter } from 'nestjs-event-streams/core';
import { fieldOf } from 'nestjs-event-streams/internal';
import { safe, safeLines } from 'nestjs-event-streams/text';
import { number } from '../../terminal/text.js';
import { defineCommand } from '../../command.js';
import { entryJson } from '../../entry-json.js';
import { entryLines, fieldLines, shortened } from '../../entry-text.js';
import { EXIT } from '../../exit-codes.js';
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
    const deadLetter = await session.deadLetters.get(stream, entryId(id));
    if (json) {
      const { stream: key, ...rest } = deadLetter;
      await output.line(entryJson({ stream, key, ...rest }));
      return EXIT.ok;
    }
    const [data] = await session.subjects.shown([fieldOf(deadLetter.fields, 'data') ?? '']);
    const { paint } = output;
    const about = {
      entry: `${deadLetter.stream} ${deadLetter.entryId}`,
      group: deadLetter.group,
      handler: deadLetter.handler,
      reason: deadLetter.reason,
      attempts: String(deadLetter.attempts),
      replays: String(deadLetter.replays),
      'first failed': deadLetter.firstFailedAt,
      'last failed': deadLetter.lastFailedAt,
      error: `${deadLetter.errorName}: ${deadLetter.errorMessage}`,
    };
    await output.lines([
      `${paint('bold', safe(session.keyspace.deadLetters(stream)))}  ${deadLetter.id}`,
      '',
      ...fieldLines(Object.entries(about), paint),
      `  ${paint('dim', 'stack')}`,
      ...safeLines(shortened(deadLetter.errorStack)).map((line) => `    ${line}`),
      '',
      headOf(deadLetter),
      '',
      ...entryLines(deadLetter, paint, data),
      '',
      `To deliver it again:  events dead-letters replay ${safe(stream)} ${deadLetter.id}`,
      `To give it up:        events dead-letters discard ${safe(stream)} ${deadLetter.id}`,
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
