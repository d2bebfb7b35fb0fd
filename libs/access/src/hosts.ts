import { isIP } from 'node:net';

/**
 * Whether browsers may reach an app under this Host header: an IP address, `localhost` or one of the allowed names. Any other name
 * may be one that an attacker's DNS points to this machine (DNS rebinding).
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

/** The host of X-Forwarded-Host, as the last proxy set it: that proxy is the app's own. */
export function forwardedHostOf(header: string | undefined): string | undefined {
  const last = header?.split(',').at(-1)?.trim();
  return last === '' ? undefined : last;
}

/** The names of a comma-separated list. */
export function hostList(text: string): ReadonlySet<string> {
  return new Set(
    text
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ''),
  );
}
