import { closeSync, openSync, readSync } from 'node:fs';

/** @typedef {import('./setting-files.mjs').Environment} Environment */

/** More than a password, a token or a URL has; what is longer is some other file. */
const MAX_BYTES = 64 * 1024;

export class SettingFileError extends Error {
  /**
   * @param {string} variable
   * @param {string} file
   * @param {string} reason
   */
  constructor(variable, file, reason) {
    super(`${variable}, ${file}, ${reason}`);
    this.name = 'SettingFileError';
    this.variable = variable;
    this.file = file;
  }
}

/** @type {typeof import('./setting-files.mjs').fileVariableOf} */
export function fileVariableOf(name) {
  return `${name}_FILE`;
}

/** @type {typeof import('./setting-files.mjs').secretOf} */
export function secretOf(environment, name) {
  const value = givenOf(environment, name);
  const variable = fileVariableOf(name);
  const file = givenOf(environment, variable);
  if (file === undefined) return value;
  if (value !== undefined) throw new SettingFileError(variable, file, `and ${name} are both set: set one of them`);
  return readSettingFile(variable, file);
}

/** @type {typeof import('./setting-files.mjs').readSettingFile} */
export function readSettingFile(variable, file) {
  const content = contentOf(variable, file).replace(/\r?\n$/, '');
  if (content === '') throw new SettingFileError(variable, file, 'is empty');
  return content;
}

/** @type {typeof import('./setting-files.mjs').givenOf} */
export function givenOf(environment, name) {
  const value = environment[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * @param {string} variable
 * @param {string} file
 */
function contentOf(variable, file) {
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
