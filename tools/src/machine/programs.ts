import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';

/** Folders that a PATH often lacks: those of services on Linux, and of Homebrew on macOS. */
const FURTHER_DIRECTORIES = ['/usr/local/bin', '/usr/bin', '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];

/**
 * Finds programs, by default on the PATH and in the usual folders.
 * @returns their paths: those of the first name come first, and for each name, those of the first folder
 */
export async function findPrograms(
  names: readonly string[],
  directories: readonly string[] = usualDirectories(),
): Promise<string[]> {
  const candidates = names.flatMap((name) => directories.map((directory) => path.join(directory, name)));
  const found = await Promise.all(candidates.map(isProgram));
  return candidates.filter((_candidate, index) => found[index]);
}

function usualDirectories() {
  const searched = (process.env['PATH'] ?? '').split(path.delimiter).filter((entry) => path.isAbsolute(entry));
  return [...new Set([...searched, ...FURTHER_DIRECTORIES])];
}

async function isProgram(file: string) {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
