// One process of a contestant. It has one role in its life, and answers its parent with messages.
import { loadContestant } from '../contestants/all.js';
import { countCommands } from './commands.js';
import { consume } from './consume.js';
import { fill } from './fill.js';
import { idle } from './idle.js';
import { openLine, type Message } from './line.js';
import { pace } from './pace.js';
import { publish } from './publish.js';
import type { ChildMessages, ParentMessages } from './messages.js';
import type { ParentLine, Settings } from './settings.js';

// Without its parent it would go on for ever.
process.on('disconnect', () => process.exit(1));

const settings = JSON.parse(process.argv[2] ?? '') as Settings;
const commands = countCommands();
const contestant = await loadContestant(settings.contestant);
await play(settings, listenToParent());
process.exit(0);

function play(settings: Settings, parent: ParentLine): Promise<void> {
  const bench = { contestant, commands, parent };
  switch (settings.role) {
    case 'publish':
      return publish({ ...bench, settings });
    case 'fill':
      return fill({ ...bench, settings });
    case 'consume':
      return consume({ ...bench, settings });
    case 'pace':
      return pace({ ...bench, settings });
    case 'idle':
      return idle({ ...bench, settings });
  }
}

function listenToParent(): ParentLine {
  return openLine<ChildMessages, ParentMessages>(
    (message) => process.send?.(message),
    (listener) => process.on('message', (message) => { listener(message as Message); }), // prettier-ignore
  );
}
