/** The meta element in which the page finds the relative path to the console's root: see the contract. */
const META = 'console-base';

/**
 * The relative path from a page to the console's root: `./` for `/streams`, `../` for `/streams/orders`. With it, the page works
 * below any path of a proxy.
 */
export function pathToRoot(pathname: string): string {
  const depth = pathname.split('/').length - 2;
  return depth <= 0 ? './' : '../'.repeat(depth);
}

/** The HTML of the page for a path: its addresses are relative to that path. */
export function pageAt(html: string, pathname: string): string {
  const root = pathToRoot(pathname);
  return html
    .replace(/\b(src|href)="(?:\.\/|\/(?!\/))/g, `$1="${root}`)
    .replace('<head>', `<head>\n    <meta name="${META}" content="${root}" />`);
}

/** A path without the base path; null if it does not begin with it, and `''` for the base path itself. */
export function withoutBase(url: string, base: string): string | null {
  if (base === '' || !url.startsWith(base)) return null;
  const rest = url.slice(base.length);
  return rest === '' || rest.startsWith('/') || rest.startsWith('?') ? rest : null;
}
