import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { ActionsView } from './actions/actions-view.js';
import { DeadLettersView } from './dead-letters/dead-letters-view.js';
import { DeadLetterDrawer } from './dead-letters/dead-letter-drawer.js';
import { JourneyView } from './journey/journey-view.js';
import { isOutage, livenessOf } from './live/liveness.js';
import { useLive } from './live/use-live.js';
import { OverviewView } from './overview/overview-view.js';
import { ConnectionBanner } from './shell/connection-banner.js';
import { Head } from './shell/head.js';
import { ToastArea } from './shell/toasts.js';
import { useSession } from './shell/use-session.js';
import { ShopViewPage } from './shop/shop-view.js';
import { EntryDrawer } from './streams/entry-drawer.js';
import { StreamsView } from './streams/streams-view.js';
import { Notice } from './ui/notice.js';

/** The frame, and in it the view that the address names. */
export function App() {
  const main = useRef<HTMLElement>(null);
  useFocusOnNewView(main);
  useFreshDataAfterOutage();
  const session = useSession();
  const isStale = useLive((state) => isOutage(livenessOf(state)));
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <Head />
      <ConnectionBanner />
      <main id="main" ref={main} tabIndex={-1} className={isStale ? 'view view-stale' : 'view'}>
        <Switch>
          <Route path="/" component={OverviewView} />
          <Route path="/streams/:stream?" component={StreamsView} />
          <Route path="/journey/:id?" component={JourneyView} />
          <Route path="/dead-letters/:cause?" component={DeadLettersView} />
          <Route path="/actions" component={ActionsView} />
          {session?.shop === false ? null : <Route path="/shop" component={ShopViewPage} />}
          <Route>
            <Notice icon="route" title="There is no such page">
              <p>The ways at the top lead to everything that there is.</p>
            </Notice>
          </Route>
        </Switch>
      </main>
      <EntryDrawer />
      <DeadLetterDrawer />
      <ToastArea />
    </>
  );
}

/** A new view begins at its top, for eyes and for keyboards. */
function useFocusOnNewView(main: React.RefObject<HTMLElement | null>): void {
  const [location] = useLocation();
  const view = location.split('/')[1];
  const before = useRef(view);
  useEffect(() => {
    if (before.current === view) return;
    before.current = view;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [view, main]);
}

/** What was asked before Redis or the console went may be wrong when they are back. */
function useFreshDataAfterOutage(): void {
  const queries = useQueryClient();
  const isWell = useLive((state) => livenessOf(state).state === 'live');
  const wasWell = useRef(isWell);
  useEffect(() => {
    if (isWell && !wasWell.current) void queries.invalidateQueries();
    wasWell.current = isWell;
  }, [isWell, queries]);
}
