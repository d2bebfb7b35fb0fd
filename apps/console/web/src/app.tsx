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

/** The frame of the page, and the view for the address. */
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
              <p>Use the links at the top of the page.</p>
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

/** Scrolls to the top and moves the focus to the view when the view changes. */
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

/** Reloads all data after an outage of Redis or the console. */
function useFreshDataAfterOutage(): void {
  const queries = useQueryClient();
  const isLive = useLive((state) => livenessOf(state).state === 'live');
  const wasLive = useRef(isLive);
  useEffect(() => {
    if (isLive && !wasLive.current) void queries.invalidateQueries();
    wasLive.current = isLive;
  }, [isLive, queries]);
}
