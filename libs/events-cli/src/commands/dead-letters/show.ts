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
  summary: 'show one dead letter: error, stack, attempts, event',
  about: `
Shows the group and handler that gave the event up, the reason, the attempts and their times, the error with its stack,
and the event as it was in its stream.`,
  words: [2, 2],
  options: {},
  examples: [['events dead-letters show orders 1795452300123-0', 'shows a dead letter by its id, which list prints']],
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
      `To remove it:         events dead-letters discard ${safe(stream)} ${deadLetter.id}`,
    ]);
    return EXIT.ok;
  },
});

function headOf({ event, originalBytes, stream, entryId }: DeadLetter): string {
  if (originalBytes !== undefined) {
    const whole = `${stream} ${entryId}, unless it was trimmed`;
    return safe(
      `The entry is too large for a dead letter (${number(originalBytes)} bytes): this is a part of it. The whole is ${whole}`,
    );
  }
  return event ? 'The event' : 'The entry, which is not an event';
}
