/** A program that can be driven as a browser. */
export interface Browser {
  /** Path of the program. */
  readonly command: string;
  /** For people: `Chromium 141.0.7390.54`. */
  readonly version: string;
}

/**
 * Finds the browser that the tests of the console's page drive: the one of `CHROMIUM_BINARY` if set, else one of this
 * machine, else one that the machine's package manager installs. Rejects with what to do where there is none.
 */
export function findBrowser(options?: {
  readonly log?: ((line: string) => void) | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}): Promise<Browser>;
