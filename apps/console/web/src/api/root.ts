/** Where the server puts the way to the console's root: see `src/contract/http.ts`. */
const META = 'meta[name="console-base"]';

const way = document.querySelector<HTMLMetaElement>(META)?.content ?? '/';

/**
 * The path of the console's root, with a slash at its end: `/`, or where a proxy has put it. Taken as the page is loaded:
 * later its address is another one.
 */
export const ROOT = new URL(way, window.location.href).pathname;

/** The same without the slash, as it stands before paths. */
export const BASE = ROOT.slice(0, -1);
