import { paintFor } from './terminal/paint.js';

/** An error that the user can correct. Its message says what is wrong and what to do, so it is shown without a stack. */
export class Failure extends Error {
  override readonly name = 'Failure';

  /** @param details lines to show below the message, such as the last output of a command */
  constructor(
    message: string,
    readonly details: readonly string[] = [],
  ) {
    super(message);
  }
}

/** Prints an error to stderr: a `Failure` as its message and details, any other error with its stack. */
export function printFailure(error: unknown) {
  const paint = paintFor(process.stderr);
  if (error instanceof Failure) {
    const details = error.details.map((line) => `  ${paint('dim', '|')} ${line}\n`).join('');
    process.stderr.write(`\n${paint('red', error.message)}\n${details}`);
  } else {
    process.stderr.write(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  }
}

/** The text of an error, for use in a message. If its message is empty, as in some socket errors, its code. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  return 'code' in error ? String(error.code) : error.name;
}
