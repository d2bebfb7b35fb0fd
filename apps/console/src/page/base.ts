/** Where the page reads the way to the console's root from: see the contract. */
const META = 'console-base';

/**
 * The way from a page to the console's root, relative to its own address: `./` for `/streams`, `../` for
 * `/streams/orders`. So the page works below whatever path a proxy puts it.
 */
export function wayToRoot(pathname: string): string {
  const depth = pathname.split('/').length - 2;
  return depth <= 0 ? './' : '../'.repeat(depth);
}

/** The page as it is served for a path: its files and the root are where they are seen from there. */
export function pageAt(html: string, pathname: string): string {
  const way = wayToRoot(pathname);
  return html
    .replace(/\b(src|href)="(?:\.\/|\/(?!\/))/g, `$1="${way}`)
    .replace('<head>', `<head>\n    <meta name="${META}" content="${way}" />`);
}

/** A path without the base that a proxy has left on it; null when it has none, and `''` for the base itself. */
export function withoutBase(url: string, base: string): string | null {
  if (base === '' || !url.startsWith(base)) return null;
  const rest = url.slice(base.length);
  return rest === '' || rest.startsWith('/') || rest.startsWith('?') ? rest : null;
}
