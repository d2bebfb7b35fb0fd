import { Connection, CONNECTING, type Hearer } from './connection.js';
import { WANT_EVERY_MS, type FromHub, type ToHub } from './hub.js';
import { Silence } from './silence.js';
import { feedAddress, type Wanted } from './wanted.js';

/** By what a page gets the feed. */
export interface Line {
  want(wanted: Wanted): void;
  close(): void;
}

/** A worker that fails or hangs is tried once more: pages that lost it together share the next one. */
const MAX_FAILURES = 2;

/**
 * The feed that all pages of this browser share, or one of the page's own where there are no shared workers.
 *
 * @param root path of the console, with a slash at its end
 */
export function openLine(root: string, wanted: Wanted, hearer: Hearer): Line {
  let latest = wanted;
  let failures = 0;
  let line: Line;
  const open = (): Line => {
    if (typeof SharedWorker === 'undefined' || failures >= MAX_FAILURES) return ownLine(root, latest, hearer);
    const own = sharedLine(root, latest, hearer, () => {
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

function sharedLine(root: string, wanted: Wanted, hearer: Hearer, onFailure: () => void): Line {
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
    if (data.kind === 'message') hearer.onMessage(data.name, data.json);
    else if (data.kind === 'begun') hearer.onBegin();
    else hearer.onState(data.state);
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

/** Only while the page can be seen: hidden ones would take the few connections that a browser has for one host. */
function ownLine(root: string, wanted: Wanted, hearer: Hearer): Line {
  const connection = new Connection(hearer);
  let latest = wanted;
  const follow = (): void => {
    if (document.hidden) {
      connection.close();
      hearer.onState(CONNECTING);
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
