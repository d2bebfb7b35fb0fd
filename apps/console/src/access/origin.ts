/** What a browser says of where a request comes from. */
export interface RequestOrigin {
  /** The headers of these names. */
  host: string | undefined;
  origin: string | undefined;
  secFetchSite: string | undefined;
}

/**
 * Whether a request comes from a page of the console itself, or from no page at all (a script, an address bar). Browsers
 * say where from, and pages cannot make them lie.
 */
export function isOwnRequest({ host, origin, secFetchSite }: RequestOrigin): boolean {
  if (secFetchSite !== undefined && secFetchSite !== 'same-origin' && secFetchSite !== 'none') return false;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}
