import { safe } from 'nestjs-event-streams/text';
import { defineCommand } from '../../command.js';
import { EXIT } from '../../exit-codes.js';
import { demandSubject } from './forget.js';

/** `events subjects show` */
export const subjectsShow = defineCommand({
  name: 'subjects show',
  usage: '<subject>',
  summary: 'whether a subject was forgotten, when, by whom and why',
  about: `
A subject that was forgotten has a new key when somebody publishes about it again: what was before stays erased. Keys
are not shown, nor asked for.

Exits 1 when it was not forgotten.`,
  words: [1, 1],
  options: {},
  examples: [['events subjects show customer-481', 'one subject']],
  redis: [['HMGET <prefix>:subjects:forgotten <subject>', 'what is noted of it']],
  async run({ session, output, json }, [subject = '']) {
    demandSubject(subject);
    const forgotten = await session.subjects.forgotten(subject);
    if (json) await output.row({ subject, forgotten: forgotten ?? null });
    else if (!forgotten) await output.line(`${safe(subject)} was not forgotten.`);
    else {
      const { at, by, why } = forgotten;
      const details = [by && `by ${safe(by)}`, why && `(${safe(why)})`].filter(Boolean).join(' ');
      await output.line(`${safe(subject)} was forgotten at ${safe(at)} ${details}`.trim());
    }
    return forgotten ? EXIT.ok : EXIT.unmet;
  },
});
