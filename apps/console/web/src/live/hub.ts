import { Connection, CONNECTING, type FeedConnection } from './connection.js';
import { feedAddress, together, type MessageName, type Wanted } from './wanted.js';

/** A message from a page to the hub. The page repeats `want` as a heartbeat. */
export type ToHub = { kind: 'want'; root: string; wanted: Wanted } | { kind: 'bye' };

/** A message from the hub to a page. The hub repeats `state` as a heartbeat. */
export type FromHub =
  { kind: 'message'; name: MessageName; json: string } | { kind: 'begun' } | { kind: 'state'; state: FeedConnection };

/** How often a page repeats `want`, in milliseconds. Browsers limit the timers of hidden pages to once a minute. */
export const WANT_EVERY_MS = 30_000;
/** After how many missed ones a page is removed: it has crashed, or is frozen and will connect again. */
const MAX_MISSED_WANTS = 6;
/** How often the hub sends its heartbeat, in milliseconds. */
const STATE_EVERY_MS = 3000;
/** The messages whose latest one a new page gets at once. */
const KEPT: readonly MessageName[] = ['redis', 'overview', 'shop'];

interface Member {
  wanted: Wanted;
  missed: number;
}

/**
 * One connection to the feed for all pages of the console in a browser: with HTTP/1.1, a browser opens at most six connections to a host,
 * and a seventh page with its own feed would stay blank.
 */
export class Hub {
  private readonly members = new Map<MessagePort, Member>();
  private readonly latest = new Map<MessageName, string>();
  private state = CONNECTING;
  private root = '/';
  private readonly connection = new Connection({
    onMessage: (name, json) => {
      if (KEPT.includes(name)) this.latest.set(name, json);
      this.tellAll({ kind: 'message', name, json });
    },
    onBegin: () => {
      this.tellAll({ kind: 'begun' });
    },
    onState: (state) => {
      this.state = state;
      this.tellAll({ kind: 'state', state });
    },
  });

  constructor() {
    setInterval(() => {
      this.tellAll({ kind: 'state', state: this.state });
    }, STATE_EVERY_MS);
    setInterval(() => {
      this.forgetSilent();
    }, WANT_EVERY_MS);
  }

  /** Adds a page until it says `bye` or is silent for too long. */
  join(port: MessagePort): void {
    port.addEventListener('message', ({ data }: MessageEvent<ToHub>) => {
      if (data.kind === 'bye') this.leave(port);
      else {
        this.root = data.root;
        this.want(port, data.wanted);
      }
    });
    // Some browsers report that a page has closed.
    port.addEventListener('close', () => {
      this.leave(port);
    });
    port.start();
  }

  private want(port: MessagePort, wanted: Wanted): void {
    const isNew = !this.members.has(port);
    this.members.set(port, { wanted, missed: 0 });
    if (isNew) {
      tell(port, { kind: 'state', state: this.state });
      for (const [name, json] of this.latest) tell(port, { kind: 'message', name, json });
    }
    this.connect();
  }

  private leave(port: MessagePort): void {
    if (this.members.delete(port)) this.connect();
  }

  private forgetSilent(): void {
    for (const [port, member] of this.members) {
      member.missed += 1;
      if (member.missed > MAX_MISSED_WANTS) this.leave(port);
    }
  }

  private connect(): void {
    if (this.members.size > 0) {
      this.connection.open(feedAddress(this.root, together([...this.members.values()].map(({ wanted }) => wanted))));
      return;
    }
    this.connection.close();
    // The latest messages are outdated when the next page connects.
    this.latest.clear();
    this.state = CONNECTING;
  }

  private tellAll(message: FromHub): void {
    for (const port of this.members.keys()) tell(port, message);
  }
}

function tell(port: MessagePort, message: FromHub): void {
  port.postMessage(message);
}
