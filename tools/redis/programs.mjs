import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../machine/command.mjs';

/** Places that a PATH often lacks: of services on Linux, of Homebrew on macOS. */
const FURTHER_DIRECTORIES = ['/usr/local/bin', '/usr/bin', '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];

/** The oldest supported major version, of Redis and of Valkey (which counts on from Redis 7.2). */
export const OLDEST_MAJOR = 7;

/**
 * Finds programs, by default on the PATH and in the usual places; an earlier name goes before an earlier folder.
 * @param {readonly string[]} names
 * @param {readonly string[]} [directories]
 * @returns {Promise<string[]>} their paths
 */
export async function findPrograms(names, directories = usualDirectories()) {
  const candidates = names.flatMap((name) => directories.map((directory) => path.join(directory, name)));
  const found = await Promise.all(candidates.map(isProgram));
  return candidates.filter((_candidate, index) => found[index]);
}

function usualDirectories() {
  const searched = (process.env['PATH'] ?? '').split(path.delimiter).filter((entry) => path.isAbsolute(entry));
  return [...new Set([...searched, ...FURTHER_DIRECTORIES])];
}

/** @param {string} file */
async function isProgram(file) {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/**
 * Asks a program which Redis it is.
 * @param {string} command
 * @param {Readonly<Record<string, string>>} [env]
 * @returns {Promise<{ version: string } | { problem: string }>} for people: `Redis 7.0.15`, or why it cannot be used
 */
export async function identifyServer(command, env = {}) {
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
