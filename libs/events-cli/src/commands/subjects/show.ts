import { safe } from 'nestjs-event-streams/text';
import { defineCommand } from '../../command.js';
import { EXIT } from '../../exit-codes.js';
import { demandSubject } from './forget.js';

/** `events subjects show` */
export const subjectsShow = defineCommand({
  name: 'subjects show',
  usage: '<subject>',
  summary: 'show whether a subject was forgotten, when, by whom and why',
  about: `
If somebody publishes about a forgotten subject again, it gets a new key; the earlier data stays erased. Keys are
neither shown nor read.

Exits with 1 if the subject was not forgotten.`,
  words: [1, 1],
  options: {},
  examples: [['events subjects show customer-481', 'shows one subject']],
  redis: [['HMGET <prefix>:subjects:forgotten <subject>', 'the record of its erasure']],
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
