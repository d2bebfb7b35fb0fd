import { run } from '../machine/command.js';

/** The oldest supported major version, of Redis and of Valkey (which counts on from Redis 7.2). */
export const OLDEST_MAJOR = 7;

/**
 * Asks a program which Redis it is.
 * @returns for people: `Redis 7.0.15`, or why it cannot be used
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
  if (Number(match[2]) < OLDEST_MAJOR) {
    return { problem: `${command} is ${version}; ${String(OLDEST_MAJOR)}.0 or later is needed` };
  }
  return { version };
}
