// A process of a contestant. It runs one role, and exchanges messages with its parent.
import { loadContestant } from '../contestants/all.js';
import { countCommands } from './commands.js';
import { consume } from './consume.js';
import { fill } from './fill.js';
import { idle } from './idle.js';
import { openChannel, type Message } from './channel.js';
import { schedule } from './schedule.js';
import { publish } from './publish.js';
import type { ChildMessages, ParentMessages } from './messages.js';
import type { ParentLine, Settings } from './settings.js';

// Without its parent, it would never exit.
process.on('disconnect', () => process.exit(1));

const settings = JSON.parse(process.argv[2] ?? '') as Settings;
const commands = countCommands();
const contestant = await loadContestant(settings.contestant);
await runRole(settings, listenToParent());
process.exit(0);

function runRole(settings: Settings, parent: ParentLine): Promise<void> {
  const bench = { contestant, commands, parent };
  switch (settings.role) {
    case 'publish':
      return publish({ ...bench, settings });
    case 'fill':
      return fill({ ...bench, settings });
    case 'consume':
      return consume({ ...bench, settings });
    case 'schedule':
      return schedule({ ...bench, settings });
    case 'idle':
      return idle({ ...bench, settings });
  }
}

function listenToParent(): ParentLine {
  return openChannel<ChildMessages, ParentMessages>(
    (message) => process.send?.(message),
    (listener) => process.on('message', (message) => { listener(message as Message); }), // prettier-ignore
  );
}
