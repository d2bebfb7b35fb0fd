import { Hub } from './hub.js';

// Runs in a SharedWorker, of which there is one for all pages of the console in a browser; see `feed-source.ts`.
const hub = new Hub();
self.addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (port) hub.join(port);
});
