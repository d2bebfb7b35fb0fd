import { randomBytes } from 'node:crypto';
import { secretOf, SettingFileError, type Environment } from 'nestjs-event-streams/internal/address';
import { SetupError } from './setup-error.js';

const BYTES = 32;

/** Visible ASCII, because it is sent in headers and commands; long enough that it cannot be guessed from its SHA-256. */
const FORM = /^[\x21-\x7e]{16,255}$/;

/** A new password or token: 256 random bits, in letters, digits, `-` and `_`. */
export function newSecret(): string {
  return randomBytes(BYTES).toString('base64url');
}

/**
 * A secret of the environment, by value or by `<name>_FILE`; undefined if there is none.
 *
 * @throws SetupError if it is not valid, if the file cannot be used, or if both are set
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

/** Checks the form of a secret. @throws SetupError that does not show the secret */
export function checkSecret(secret: string, about: string): string {
  if (FORM.test(secret)) return secret;
  throw new SetupError(`Expected ${about} of 16 to 255 visible ASCII characters, got something else`, about);
}
