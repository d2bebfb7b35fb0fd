// Sets up what a command of the repository needs, and runs it: node tools/run.mjs [PROJECT/]COMMAND [ARGUMENTS]
//
// This file and `bootstrap/` run before `npm ci`, so they are plain JavaScript and import nothing but Node.js. The version of
// Node.js is checked first, by a file that old versions can parse. The other files are imported after that.
import { missingRequirement } from './bootstrap/requirements.mjs';

const missing = missingRequirement({ node: process.versions.node, platform: process.platform });
if (missing !== null) {
  console.error(missing);
  process.exit(1);
}
const { setUp } = await import('./bootstrap/set-up.mjs');
const [, project = 'tools', command = ''] = /^(?:([\w-]+)\/)?([\w-]+)$/.exec(process.argv[2] ?? '') ?? [];
if (!(await setUp([...new Set(['tools', project])]))) process.exit(1);
/** @type {{ main(args: readonly string[]): Promise<number> }} */
const { main } = await import(`../${project}/dist/commands/${command}.js`);
process.exit(await main(process.argv.slice(3)));
