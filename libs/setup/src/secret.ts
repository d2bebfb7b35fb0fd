import { randomBytes } from 'node:crypto';
import { secretOf, SettingFileError, type Environment } from 'nestjs-event-streams/address';
import { SetupError } from './setup-error.js';

const BYTES = 32;

/** Sent in a header and in commands, and known by its SHA-256 alone: too long to be found out. */
const FORM = /^[\x21-\x7e]{16,255}$/;

/** A new password or token: 256 random bits, in letters, digits, `-` and `_`. */
export function newSecret(): string {
  return randomBytes(BYTES).toString('base64url');
}

/**
 * A secret that is given in the environment by its value, or as a file by `<name>_FILE`; undefined where none is.
 *
 * @throws SetupError when it has not the form of one, when the file gives none, or when it is given both ways
 */
export function givenSecret(environment: Environment, name: string): string | undefined {
  try {
    const secret = secretOf(environment, name);
    return secret === undefined ? undefined : checkSecret(secret, name);
  } catch (error) {
    if (!(error instanceof SettingFileError)) throw error;
    throw new SetupError(error.message, error.variable, { cause: error });
  }
}

/** @throws SetupError, which shows nothing of it */
export function checkSecret(secret: string, about: string): string {
  if (FORM.test(secret)) return secret;
  throw new SetupError(`Expected ${about} of 16 to 255 visible ASCII characters, got something else`, about);
}
