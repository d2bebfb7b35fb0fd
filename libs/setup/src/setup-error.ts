/** The setup has failed. The message says what is wrong and what to do, and never shows a secret. */
export class SetupError extends Error {
  override readonly name = 'SetupError';

  constructor(
    message: string,
    /** The path or the variable that it is about. */
    readonly about: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
