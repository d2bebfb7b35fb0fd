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
  summary: 'destroy the key of a subject: its personal data is erased',
  about: `
What events have of this subject's personal data (fields with @Personal()) cannot be read any more, by anybody: handlers
get "erased" in its place, in streams, dead letters and replays alike. The events stay. It cannot be undone. Before it
begins it says so and asks; without an answer nothing is done. When it has ended, after a second, no process uses the
key any more.

Append-only files and backups still have the key until they are made anew: run BGREWRITEAOF and BGSAVE, on replicas,
too, and remove older copies. Services that keep copies of such data by themselves, and other systems, are not reached.

Exits 1 when there was no key to destroy: nobody has published about the subject, or it was forgotten before.`,
  words: [1, 1],
  options: {
    yes: { type: 'boolean', short: 'y', what: 'do not ask' },
    by: { type: 'string', value: '<name>', what: 'who does it (the user of this machine)' },
    why: { type: 'string', value: '<text>', what: 'why' },
  },
  examples: [
    ['events subjects forget customer-481 --why "she asked"', 'asks, and erases'],
    ['events subjects forget customer-481 --yes', 'without asking, for a program'],
  ],
  redis: [
    ['HDEL <prefix>:subjects:keys <subject>', 'destroys the key, in a script (lua/forget-subject.lua)'],
    ['HSET <prefix>:subjects:forgotten <subject> …', 'and notes who, when and why, in the same script'],
    ['BGREWRITEAOF', 'then, by you: the append-only file forgets, too'],
  ],
  async run(context, [subject = ''], options) {
    const { session, output, json, signal } = context;
    demandSubject(subject);
    if (!options.yes) {
      output.stderr.write(
        `The personal data of ${safe(subject)} in all events of ${session.prefix} will be erased for good: nobody can undo it.\n`,
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
        `${safe(subject)} is forgotten. Run BGREWRITEAOF and BGSAVE so that files on disk forget it, too.`,
      );
    } else output.notice(`${safe(subject)} has no key: there is nothing to erase, or it was erased before.`);
    return wasThere ? EXIT.ok : EXIT.unmet;
  },
});

/** @throws UsageError when this can be no subject */
export function demandSubject(subject: string): void {
  if (!ID.holds(subject)) throw new UsageError(`Expected a subject as ${ID.expected}, got ${shown(subject)}`);
}
