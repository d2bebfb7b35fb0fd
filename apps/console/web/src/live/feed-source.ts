import { Connection, CONNECTING, type FeedListener } from './connection.js';
import { WANT_EVERY_MS, type FromHub, type ToHub } from './hub.js';
import { Silence } from './silence.js';
import { feedAddress, type Wanted } from './wanted.js';

/** The source of a page's feed. */
export interface FeedSource {
  want(wanted: Wanted): void;
  close(): void;
}

/** How often a shared worker may fail: pages that lost it together share the next one. */
const MAX_FAILURES = 2;

/**
 * Opens the feed that all pages of this browser share, or the page's own feed if shared workers are not available.
 *
 * @param root path of the console, with a slash at the end
 */
export function openFeedSource(root: string, wanted: Wanted, listener: FeedListener): FeedSource {
  let latest = wanted;
  let failures = 0;
  let line: FeedSource;
  const open = (): FeedSource => {
    if (typeof SharedWorker === 'undefined' || failures >= MAX_FAILURES) return openOwn(root, latest, listener);
    const own = openShared(root, latest, listener, () => {
      if (line !== own) return;
      own.close();
      failures += 1;
      line = open();
    });
    return own;
  };
  line = open();
  return {
    want: (next) => {
      latest = next;
      line.want(next);
    },
    close: () => {
      line.close();
    },
  };
}

function openShared(root: string, wanted: Wanted, listener: FeedListener, onFailure: () => void): FeedSource {
  const worker = new SharedWorker(new URL('./shared-feed.ts', import.meta.url), { type: 'module' });
  const { port } = worker;
  let latest = wanted;
  const say = (message: ToHub): void => {
    port.postMessage(message);
  };
  const want = (): void => {
    say({ kind: 'want', root, wanted: latest });
  };
  const silence = new Silence(onFailure);
  worker.addEventListener('error', onFailure);
  port.addEventListener('message', ({ data }: MessageEvent<FromHub>) => {
    silence.heard();
    if (data.kind === 'message') listener.onMessage(data.name, data.json);
    else if (data.kind === 'begun') listener.onBegin();
    else listener.onState(data.state);
  });
  port.start();
  silence.heard();
  want();
  const timer = setInterval(want, WANT_EVERY_MS);
  return {
    want: (next) => {
      latest = next;
      want();
    },
    close: () => {
      clearInterval(timer);
      silence.stop();
      say({ kind: 'bye' });
      port.close();
    },
  };
}

/** Connected only while the page is visible: hidden pages would use up the few connections that a browser opens to a host. */
function openOwn(root: string, wanted: Wanted, listener: FeedListener): FeedSource {
  const connection = new Connection(listener);
  let latest = wanted;
  const follow = (): void => {
    if (document.hidden) {
      connection.close();
      listener.onState(CONNECTING);
    } else connection.open(feedAddress(root, latest));
  };
  document.addEventListener('visibilitychange', follow);
  follow();
  return {
    want: (next) => {
      latest = next;
      follow();
    },
    close: () => {
      document.removeEventListener('visibilitychange', follow);
      connection.close();
    },
  };
}
