/**
 * Finds Prometheus' promtool: the one of `PROMTOOL_BINARY`, one of this machine, one that was unpacked before; else gets
 * one from the system's packages.
 *
 * @returns its path
 * @throws Failure where there is none and none could be had, with what to do
 */
export function findPromtool(options?: {
  /** Told in single lines what takes time, and what did not work. */
  readonly log?: ((line: string) => void) | undefined;
}): Promise<string>;
