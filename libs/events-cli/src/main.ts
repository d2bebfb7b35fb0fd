import { EXIT } from './exit-codes.js';
import { run } from './run.js';
import { Output } from './terminal/output.js';

const { argv, env, stdin, stdout, stderr } = process;

// A closed pipe, as by `| head`, ends the program: nobody reads its output.
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    // Such as ENOSPC: the output is incomplete.
    if (stream === stdout) stderr.write(`The results could not be written: ${error.message}\n`);
    process.exit(EXIT.failed);
  });
}

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // A second signal ends the program at once.
    if (interruption.signal.aborted) process.exit(EXIT.interrupted);
    interruption.abort();
  });
}

// Not process.exit: a pipe may not have taken everything yet.
process.exitCode = await run({
  argv: argv.slice(2),
  env,
  cwd: process.cwd(),
  output: new Output(stdout, stderr, env),
  stdin,
  signal: interruption.signal,
});
