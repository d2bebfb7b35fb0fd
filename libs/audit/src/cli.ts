import { DEFAULT_PREFIX } from '@shop/contracts/facts';
import { redisPlaceOf, redisUrlOf } from 'nestjs-event-streams/internal/address';
import { audit } from './audit.js';
import { HELP, parseOptions, UsageError, type CliOptions } from './options.js';
import { waitUntilQuiet } from './quiet.js';
import { formatReport, paintFor } from './report.js';
import { safeLines } from './text.js';

/** The parts of the process that the command line uses. */
export interface CliProcess {
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  stdout: { write(text: string): unknown; isTTY?: boolean };
  stderr: { write(text: string): unknown };
}

const EXIT_FAILED = 1;
const EXIT_WRONG_USAGE = 2;

/** Runs the command line. @returns the exit code; never throws */
export async function run(cli: CliProcess): Promise<number> {
  try {
    const options = parseOptions(cli.argv);
    if (!options.help) return await report(options, cli);
    cli.stdout.write(HELP);
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    cli.stderr.write(`${safeLines(message)}\n`);
    return error instanceof UsageError ? EXIT_WRONG_USAGE : EXIT_FAILED;
  }
}

async function report({ json, waitMs }: CliOptions, { env, stdout, stderr }: CliProcess): Promise<number> {
  const place = redisPlaceOf(redisUrlOf(env) ?? 'redis://127.0.0.1:6379', env);
  const prefix = given(env['EVENTS_PREFIX']) ?? DEFAULT_PREFIX;
  if (waitMs !== undefined) {
    stderr.write(`Waiting until the shop is quiet, at most ${String(waitMs / 1000)} s …\n`);
    await waitUntilQuiet(place, { prefix, deadlineMs: waitMs });
  }
  const found = await audit(place, { prefix });
  // Escapes do not change the meaning of JSON.
  const asJson = (): string => safeLines(JSON.stringify(found, null, 2));
  stdout.write(json ? `${asJson()}\n` : formatReport(found, paintFor(stdout, env)));
  return found.kept ? 0 : EXIT_FAILED;
}

/** An empty variable counts as not set. */
function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
