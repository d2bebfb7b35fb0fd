import { run } from './cli.js';

const { argv, env, stdout, stderr } = process;
// Not process.exit(), which would cut off a report that is still being written to a pipe.
process.exitCode = await run({ argv: argv.slice(2), env, stdout, stderr });
