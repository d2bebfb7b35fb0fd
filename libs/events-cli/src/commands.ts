import type { Command } from './command.js';
import { acl } from './commands/acl.js';
import { deadLettersDiscard } from './commands/dead-letters/discard.js';
import { deadLettersList } from './commands/dead-letters/list.js';
import { deadLettersReplay } from './commands/dead-letters/replay.js';
import { deadLettersShow } from './commands/dead-letters/show.js';
import { groups } from './commands/groups.js';
import { lag } from './commands/lag.js';
import { monitor } from './commands/monitor.js';
import { publish } from './commands/publish.js';
import { show } from './commands/show.js';
import { subjectsForget } from './commands/subjects/forget.js';
import { subjectsShow } from './commands/subjects/show.js';
import { tail } from './commands/tail.js';

/** Every command of the library, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  monitor,
  tail,
  show,
  publish,
  groups,
  lag,
  deadLettersList,
  deadLettersShow,
  deadLettersReplay,
  deadLettersDiscard,
  subjectsForget,
  subjectsShow,
  acl,
];

/** The command that a command line begins with, and what follows its name. */
export function findCommand(argv: readonly string[]): { command: Command; rest: readonly string[] } | undefined {
  const [first = '', second = ''] = argv;
  for (const [name, words] of [
    [`${first} ${second}`, 2],
    [first, 1],
  ] as const) {
    const command = COMMANDS.find((one) => one.name === name);
    if (command) return { command, rest: argv.slice(words) };
  }
  return undefined;
}
