import { run } from './cli.js';

const { argv, env, stdout, stderr } = process;
// Not process.exit: a pipe may not have taken the whole report yet.
process.exitCode = await run({ argv: argv.slice(2), env, stdout, stderr });
