/** Where a request comes from, by the headers of the browser and of a proxy. */
export interface RequestOrigin {
  host: string | undefined;
  /** The host that the browser sent, if a proxy has replaced it. */
  forwardedHost: string | undefined;
  origin: string | undefined;
  secFetchSite: string | undefined;
}

/**
 * Whether a request comes from a page of the app itself, or from no page at all (a script, the address bar). The headers can be
 * trusted: a page can set neither `Origin` nor `Sec-Fetch-Site`, nor the headers of a proxy on a request to another site.
 *
 * @param own further hosts of the app's pages, for proxies that replace the Host without sending X-Forwarded-Host
 */
export function isOwnRequest(
  { host, forwardedHost, origin, secFetchSite }: RequestOrigin,
  own: ReadonlySet<string>,
): boolean {
  // The browser's own comparison counts, even if a proxy has changed the Host.
  if (secFetchSite === 'same-origin') return true;
  if (secFetchSite !== undefined && secFetchSite !== 'none') return false;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin).host;
  return from === host?.toLowerCase() || from === forwardedHost?.toLowerCase() || own.has(from);
}
