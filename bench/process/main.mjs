// One process of a contestant. It does what its parent says, one role in its life, and answers with messages.
import { loadContestant } from '../contestants/all.mjs';
import { countCommands } from './commands.mjs';
import { consume } from './consume.mjs';
import { fill } from './fill.mjs';
import { idle } from './idle.mjs';
import { pace } from './pace.mjs';
import { publish } from './publish.mjs';
import { createTalk } from './talk.mjs';

const ROLES = { publish, fill, consume, pace, idle };

/** @typedef {import('./settings.mjs').Settings} Settings */

// Without its parent it would go on for ever.
process.on('disconnect', () => process.exit(1));

const settings = /** @type {Settings} */ (JSON.parse(process.argv[2] ?? '{}'));
const commands = await countCommands();
const contestant = await loadContestant(settings.contestant);
await ROLES[settings.role]({ contestant, settings, commands, talk: createTalk() });
process.exit(0);
