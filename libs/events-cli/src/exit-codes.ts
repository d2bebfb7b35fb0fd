/** The exit codes of the command line, on which scripts rely. */
export const EXIT = {
  ok: 0,
  /** A limit is exceeded, an entry does not exist, or the answer was no. */
  unmet: 1,
  usage: 2,
  /** Redis cannot be reached, or refuses to serve. */
  redis: 3,
  failed: 4,
  /** By Ctrl-C. */
  interrupted: 130,
} as const;

/** One of {@link EXIT}, or the exit code of a project's own command. */
export type ExitCode = number;
