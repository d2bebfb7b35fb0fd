/** The command line or a setting is wrong. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something does not exist, or is not as it was asked for. Exit code 1. */
export class UnmetError extends Error {
  override readonly name = 'UnmetError';
}
