/** How promtool is found. */
export interface FindPromtoolOptions {
  /** Told in single lines what takes time. */
  readonly log?: (line: string) => void;
}

/**
 * Finds Prometheus' promtool, or provides one.
 *
 * @returns its path
 * @throws Failure with what to do where there is none and none could be had
 */
export function findPromtool(options?: FindPromtoolOptions): Promise<string>;
