import { checkRequirements } from './requirements.mjs';

checkRequirements();
const { main } = await import('./commands/console-user.mjs');
process.exit(await main(process.argv.slice(2)));
