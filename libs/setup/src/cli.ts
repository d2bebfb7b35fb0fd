import { join } from 'node:path';
import { safeLines } from 'nestjs-event-streams/text';
import { HELP, parseOptions, UsageError, type CliOptions } from './options.js';

/** The parts of the process that the command line uses. */
export interface CliProcess {
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
}

const EXIT_FAILED = 1;
const EXIT_WRONG_USAGE = 2;

/** Runs the command line. @returns the exit code; never throws */
export async function run({ argv, env, stdout, stderr }: CliProcess): Promise<number> {
  try {
    const options = parseOptions(argv);
    stdout.write(options.help ? HELP : await report(options, env));
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    stderr.write(`${safeLines(message).join('\n')}\n`);
    return error instanceof UsageError ? EXIT_WRONG_USAGE : EXIT_FAILED;
  }
}

/** One line per file, without its content. */
async function report({ out, redisGroup, tls }: CliOptions, environment: CliProcess['env']): Promise<string> {
  // Loaded only here, because the event classes take a moment to load, and --help and a wrong option do not need them.
  const { setUp } = await import('./setup.js');
  const files = await setUp({ out, environment, redisGroup });
  if (tls) {
    const [{ setUpTls }, { SecretFolder }] = await Promise.all([import('./tls/tls-files.js'), import('./folder.js')]);
    files.push(...(await setUpTls(new SecretFolder(out), redisGroup)));
  }
  const lines = files.map(({ name, result }) => `${result.padEnd(9)}  ${join(out, name)}`);
  return `${safeLines(lines.join('\n')).join('\n')}\n`;
}
