/** What a browser, and a proxy before the app, say of where a request comes from: the headers of these names. */
export interface RequestOrigin {
  host: string | undefined;
  /** What the browser gave as the host, where a proxy has put another one in its place. */
  forwardedHost: string | undefined;
  origin: string | undefined;
  secFetchSite: string | undefined;
}

/**
 * Whether a request comes from a page of the app itself, or from no page at all (a script, an address bar). Browsers
 * say where from, and pages cannot make them lie: neither `Origin` nor `Sec-Fetch-Site` can be set by a page, and no header
 * of a proxy's on a request to another site.
 *
 * @param own further hosts whose pages are the app's, for proxies that put another Host and do not say which one it was
 */
export function isOwnRequest(
  { host, forwardedHost, origin, secFetchSite }: RequestOrigin,
  own: ReadonlySet<string>,
): boolean {
  // Where the browser says that it is the page's own site, proxies may have done to the Host what they like.
  if (secFetchSite === 'same-origin') return true;
  if (secFetchSite !== undefined && secFetchSite !== 'none') return false;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin).host;
  return from === host?.toLowerCase() || from === forwardedHost?.toLowerCase() || own.has(from);
}
