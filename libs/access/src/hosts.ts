import { isIP } from 'node:net';

/**
 * Whether a Host header is one under which browsers may reach an app. A name that somebody else's DNS points to this
 * machine is not; an address or `localhost` cannot be such a name.
 *
 * @param allowed further names
 */
export function isAllowedHost(header: string | undefined, allowed: ReadonlySet<string>): boolean {
  if (header === undefined || /[@/?#\\]/.test(header) || !URL.canParse(`http://${header}`)) return false;
  const { hostname, host } = new URL(`http://${header}`);
  const name = hostname.replace(/^\[|\]$/g, '');
  return (
    isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost') || allowed.has(name) || allowed.has(host)
  );
}

/** What the last proxy, which is the app's own, says that the host was. */
export function forwardedHostOf(header: string | undefined): string | undefined {
  const last = header?.split(',').at(-1)?.trim();
  return last === '' ? undefined : last;
}

/** The names of a list with commas. */
export function hostList(text: string): ReadonlySet<string> {
  return new Set(
    text
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ''),
  );
}
