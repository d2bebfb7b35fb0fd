import { Link, useLocation } from 'wouter';
import { ROOT } from '../api/root.js';
import { shortCount } from '../format/numbers.js';
import { useLive } from '../live/use-live.js';
import { ConnectionState } from './connection-state.js';
import { ThemeSwitch } from './theme-switch.js';
import { UserBadge } from './user-badge.js';
import { useSession } from './use-session.js';

const VIEWS = [
  { href: '/', name: 'Overview' },
  { href: '/streams', name: 'Streams' },
  { href: '/journey', name: 'Journey' },
  { href: '/dead-letters', name: 'Dead letters' },
  { href: '/actions', name: 'Actions' },
];

/** The header of the page: the prefix, the links to the views, and whether the page is live. */
export function Head() {
  const session = useSession();
  return (
    <header className="head">
      <div className="head-inner">
        <Link href="/" className="brand">
          <img src={`${ROOT}favicon.svg`} alt="" width="24" height="24" />
          <span>Event streams</span>
          {session === undefined ? null : <small>{session.prefix}</small>}
        </Link>
        <nav className="nav" aria-label="Views">
          <ul>
            {VIEWS.map((view) => (
              <li key={view.href}>
                <ViewLink {...view} />
              </li>
            ))}
            {session?.shop === true ? (
              <li className="apart">
                <ViewLink href="/shop" name="Shop" />
              </li>
            ) : null}
          </ul>
        </nav>
        <div className="head-tools">
          <UserBadge />
          <ConnectionState />
          <ThemeSwitch />
        </div>
      </div>
    </header>
  );
}

function ViewLink({ href, name }: { href: string; name: string }) {
  const [location] = useLocation();
  const isHere = href === '/' ? location === '/' : location.split('/')[1] === href.slice(1);
  const deadLetters = useLive((state) => state.overview?.totals.deadLetters ?? 0);
  return (
    <Link href={href} aria-current={isHere ? 'page' : undefined}>
      {name}
      {href === '/dead-letters' && deadLetters > 0 ? <span className="count">{shortCount(deadLetters)}</span> : null}
    </Link>
  );
}
