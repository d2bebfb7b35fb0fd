/** The environment, by names; what is no text counts as not set. */
export type Environment = Readonly<Record<string, unknown>>;

/** A file that a variable names cannot give its secret: it is missing, unreadable, empty or too long, or the secret is set beside it. */
export class SettingFileError extends Error {
  /** @param reason follows variable and file in the message, which never shows what is in the file */
  constructor(variable: string, file: string, reason: string);
  /** `REDIS_PASSWORD_FILE` */
  readonly variable: string;
  /** Its path, as it was given. */
  readonly file: string;
}

/** The variable that names the file with a secret: `REDIS_PASSWORD` gives `REDIS_PASSWORD_FILE`. */
export function fileVariableOf(name: string): string;

/**
 * A secret of the environment: the variable's value, or what is in the file that `<name>_FILE` names, without the line break at
 * its end. A variable that is set to nothing counts as not set.
 *
 * @throws SettingFileError where the file gives none, or both are set
 */
export function secretOf(environment: Environment, name: string): string | undefined;

/**
 * What is in the file, as it is now, without the line break at its end.
 *
 * @param variable what the error calls it
 * @throws SettingFileError where it is missing, unreadable, empty, or longer than 64 KiB
 */
export function readSettingFile(variable: string, file: string): string;

/** A variable's value; undefined where it is not set, or set to nothing. */
export function givenOf(environment: Environment, name: string): string | undefined;
