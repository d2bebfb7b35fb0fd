import { checkRequirements } from './requirements.mjs';

checkRequirements();
const { main } = await import('./commands/chaos.mjs');
process.exit(await main(process.argv.slice(2)));
