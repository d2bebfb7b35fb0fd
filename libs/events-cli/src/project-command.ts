import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import type { ProjectCommand } from 'nestjs-event-streams/core';
import { UsageError } from './cli-errors.js';
import type { ExitCode } from './exit-codes.js';

/** Options that a project's script gets in its environment, as the apps do. */
const VARIABLES: Readonly<Record<string, string>> = { '--url': 'REDIS_URL', '--prefix': 'EVENTS_PREFIX' };

/**
 * Runs a command that a project adds: its script, with this terminal, and all arguments but `--url` and `--prefix`.
 *
 * @returns its exit code
 */
export async function runProjectCommand(
  { script }: ProjectCommand,
  dir: string,
  argv: readonly string[],
  signal: AbortSignal,
): Promise<ExitCode> {
  const { args, env } = split(argv);
  const child = spawn(process.execPath, [path.resolve(dir, script), ...args], {
    cwd: dir,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  // The terminal sends Ctrl-C to the script, too. A signal to this process alone is passed on; a second one does no harm.
  signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, by) => {
      resolve(code ?? 128 + (by === null ? 0 : os.constants.signals[by]));
    });
  });
}

function split(argv: readonly string[]): { args: string[]; env: Record<string, string> } {
  const args: string[] = [];
  const env: Record<string, string> = {};
  for (let index = 0; index < argv.length; index += 1) {
    const arg = argv[index] ?? '';
    const [name = '', ...value] = arg.split('=');
    const variable = VARIABLES[name];
    if (variable === undefined) {
      args.push(arg);
      continue;
    }
    const given = value.length > 0 ? value.join('=') : argv[(index += 1)];
    if (given === undefined) throw new UsageError(`Expected a value after ${name}, got nothing`);
    env[variable] = given;
  }
  return { args, env };
}
