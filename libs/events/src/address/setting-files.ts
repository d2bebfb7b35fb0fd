import { closeSync, openSync, readSync } from 'node:fs';

/** The environment, by names; what is no text counts as not set. */
export type Environment = Readonly<Record<string, unknown>>;

/** More than a password, a token or a URL has; what is longer is some other file. */
const MAX_BYTES = 64 * 1024;

/** A file that a variable names cannot give its secret: it is missing, unreadable, empty or too long, or the secret is set beside it. */
export class SettingFileError extends Error {
  override readonly name = 'SettingFileError';

  /**
   * @param variable such as `REDIS_PASSWORD_FILE`
   * @param file its path, as it was given
   * @param reason follows variable and file in the message, which never shows what is in the file
   */
  constructor(
    readonly variable: string,
    readonly file: string,
    reason: string,
  ) {
    super(`${variable}, ${file}, ${reason}`);
  }
}

/** The variable that names the file with a secret: `REDIS_PASSWORD` gives `REDIS_PASSWORD_FILE`. */
export function fileVariableOf(name: string): string {
  return `${name}_FILE`;
}

/**
 * A secret of the environment: the variable's value, or what is in the file that `<name>_FILE` names, without the line break at
 * its end. A variable that is set to nothing counts as not set.
 *
 * @throws SettingFileError where the file gives none, or both are set
 */
export function secretOf(environment: Environment, name: string): string | undefined {
  const value = givenOf(environment, name);
  const variable = fileVariableOf(name);
  const file = givenOf(environment, variable);
  if (file === undefined) return value;
  if (value !== undefined) throw new SettingFileError(variable, file, `and ${name} are both set: set one of them`);
  return readSettingFile(variable, file);
}

/**
 * What is in the file, as it is now, without the line break at its end.
 *
 * @param variable what the error calls it
 * @throws SettingFileError where it is missing, unreadable, empty, or longer than 64 KiB
 */
export function readSettingFile(variable: string, file: string): string {
  const content = contentOf(variable, file).replace(/\r?\n$/, '');
  if (content === '') throw new SettingFileError(variable, file, 'is empty');
  return content;
}

/** A variable's value; undefined where it is not set, or set to nothing. */
export function givenOf(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function contentOf(variable: string, file: string): string {
  const bytes = Buffer.alloc(MAX_BYTES + 1);
  let length = 0;
  try {
    const descriptor = openSync(file, 'r');
    try {
      for (let read = 1; read > 0 && length < bytes.length; length += read) {
        read = readSync(descriptor, bytes, length, bytes.length - length, null);
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new SettingFileError(variable, file, `cannot be read (${code})`);
  }
  if (length > MAX_BYTES) throw new SettingFileError(variable, file, `has more than ${String(MAX_BYTES)} bytes`);
  return bytes.toString('utf8', 0, length);
}
