import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/components.css';
import './styles/shell.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { BASE } from './api/root.js';
import { isTransient } from './api/use-get.js';
import { Router } from 'wouter';
import { App } from './app.js';
import { LiveFeed } from './live/feed.js';
import { FeedContext } from './live/use-live.js';
import { applyTheme, storedTheme } from './shell/theme.js';

const MAX_RETRIES = 2;

applyTheme(storedTheme());

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < MAX_RETRIES && isTransient(error),
      refetchOnWindowFocus: false,
      staleTime: 2000,
      // The console usually runs on this machine, where it works without a network.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});
const feed = new LiveFeed();
feed.start();
window.addEventListener('pagehide', () => {
  feed.stop();
});
window.addEventListener('pageshow', (event) => {
  if (event.persisted) feed.start();
});

const root = document.getElementById('root');
if (root === null) throw new Error('Expected an element with the id "root" in index.html.');
createRoot(root).render(
  <QueryClientProvider client={queries}>
    <FeedContext value={feed}>
      <Router base={BASE}>
        <App />
      </Router>
    </FeedContext>
  </QueryClientProvider>,
);
