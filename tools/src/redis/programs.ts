import { run } from '../machine/command.js';

/** The oldest supported major version of Redis and Valkey (whose version numbers continue those of Redis 7.2). */
export const MIN_MAJOR_VERSION = 7;

/**
 * Asks a program for its name and version.
 * @returns `Redis 7.0.15`, for people, or why it cannot be used
 */
export async function identifyServer(
  command: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ version: string } | { problem: string }> {
  const { ok, problem, output } = await run(command, ['--version'], { deadlineMs: 5000, env });
  const text = output.join(' ');
  if (!ok) return { problem: `${command} does not run (${problem}${text === '' ? '' : `: ${text.slice(0, 200)}`})` };
  const match = /(Redis|Valkey) server v=(\d+)(\S*)/.exec(text);
  if (match === null) return { problem: `${command} is neither Redis nor Valkey` };
  const version = `${match[1] ?? ''} ${match[2] ?? ''}${match[3] ?? ''}`;
  if (Number(match[2]) < MIN_MAJOR_VERSION) {
    return { problem: `${command} is ${version}; ${String(MIN_MAJOR_VERSION)}.0 or later is needed` };
  }
  return { version };
}
