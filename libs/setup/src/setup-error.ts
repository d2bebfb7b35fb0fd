/** The setup cannot go on; the message says what is wrong and what to do, and never shows a secret. */
export class SetupError extends Error {
  override readonly name = 'SetupError';

  constructor(
    message: string,
    /** What it is about: a path, or a variable of the environment. */
    readonly about: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
