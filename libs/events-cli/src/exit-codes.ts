/** What the command line ends with; scripts rely on it. */
export const EXIT = {
  ok: 0,
  /** What was asked is not so: a lag above its limit, no such entry, a question answered with no. */
  unmet: 1,
  usage: 2,
  /** Redis cannot be reached, or does not serve. */
  redis: 3,
  failed: 4,
  /** By Ctrl-C, in the middle of something. */
  interrupted: 130,
} as const;

/** One of {@link EXIT}, or what another program that was run ended with. */
export type ExitCode = number;
