/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What was asked for is not there, or not so. */
export class UnmetError extends Error {
  override readonly name = 'UnmetError';
}
