/** The meta element with the relative path to the console's root: see `src/contract/http.ts`. */
const META = 'meta[name="console-base"]';

const way = document.querySelector<HTMLMetaElement>(META)?.content ?? '/';

/**
 * The path of the console's root, with a slash at the end: `/`, or the path at which a proxy serves it. Computed when the page loads,
 * because its address changes later.
 */
export const ROOT = new URL(way, window.location.href).pathname;

/** The same without the slash, as a prefix of paths. */
export const BASE = ROOT.slice(0, -1);
