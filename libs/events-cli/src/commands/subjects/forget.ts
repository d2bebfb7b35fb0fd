import os from 'node:os';
import { ID, shown } from 'nestjs-event-streams/internal';
import { safe } from 'nestjs-event-streams/text';
import { UsageError } from '../../cli-errors.js';
import { defineCommand } from '../../command.js';
import { EXIT } from '../../exit-codes.js';
import { confirm } from '../../terminal/confirm.js';

/** `events subjects forget` */
export const subjectsForget = defineCommand({
  name: 'subjects forget',
  usage: '<subject>',
  summary: 'erase the personal data of a subject by destroying its key',
  about: `
Destroys the key that encrypts the personal data of this subject (fields with @Personal()), in all streams and dead
letters. The events stay, and handlers get "erased" in place of the data. This cannot be undone. The command asks for
confirmation, unless --yes is given. When it ends, after about a second, no process uses the key any more.

Append-only files and backups still hold the key until they are written again: run BGREWRITEAOF and BGSAVE, also on
replicas, and remove older copies. Copies of the data in services and other systems are not erased.

Exits with 1 if the subject has no key: nobody has published data about it, or it was forgotten before.`,
  words: [1, 1],
  options: {
    yes: { type: 'boolean', short: 'y', what: 'do not ask for confirmation' },
    by: { type: 'string', value: '<name>', what: 'your name, for the record (the user of this machine)' },
    why: { type: 'string', value: '<text>', what: 'the reason, for the record' },
  },
  examples: [
    ['events subjects forget customer-481 --why "she asked"', 'asks for confirmation, then erases'],
    ['events subjects forget customer-481 --yes', 'erases without asking, for a program'],
  ],
  redis: [
    ['HDEL <prefix>:subjects:keys <subject>', 'destroy the key, in a script (lua/forget-subject.lua)'],
    ['HSET <prefix>:subjects:forgotten <subject> …', 'record who did it, when and why, in the same script'],
    ['BGREWRITEAOF', 'run it yourself afterwards, so that the append-only file has no key either'],
  ],
  async run(context, [subject = ''], options) {
    const { session, output, json, signal } = context;
    demandSubject(subject);
    if (!options.yes) {
      output.stderr.write(
        `The personal data of ${safe(subject)} in all events of ${session.prefix} will be erased for good. This cannot be undone.\n`,
      );
      if (!(await confirm(context, 'Go on?'))) {
        output.notice('Nothing was done.');
        return signal.aborted ? EXIT.interrupted : EXIT.unmet;
      }
    }
    const wasThere = await session.subjects.forget(subject, {
      by: options.by ?? os.userInfo().username,
      why: options.why ?? '',
    });
    const forgotten = await session.subjects.forgotten(subject);
    if (json) await output.row({ subject, destroyed: wasThere, forgotten: forgotten ?? null });
    else if (wasThere) {
      await output.line(
        `${safe(subject)} is forgotten. Run BGREWRITEAOF and BGSAVE to erase the key from the files on disk, too.`,
      );
    } else output.notice(`${safe(subject)} has no key: there is nothing to erase, or it was erased before.`);
    return wasThere ? EXIT.ok : EXIT.unmet;
  },
});

/** @throws UsageError if this cannot be a subject */
export function demandSubject(subject: string): void {
  if (!ID.holds(subject)) throw new UsageError(`Expected a subject as ${ID.expected}, got ${shown(subject)}`);
}
