import { Connection, CONNECTING, type LineState } from './connection.js';
import { feedAddress, together, type MessageName, type Wanted } from './wanted.js';

/** What a page says to the hub. It repeats what it wants, and so shows that it is still there. */
export type ToHub = { kind: 'want'; root: string; wanted: Wanted } | { kind: 'bye' };

/** What the hub says to a page. It repeats the state, and so shows that it lives. */
export type FromHub =
  { kind: 'message'; name: MessageName; json: string } | { kind: 'begun' } | { kind: 'state'; state: LineState };

/** How often a page repeats what it wants, in milliseconds. Hidden pages are held back by browsers, to once a minute. */
export const WANT_EVERY_MS = 30_000;
/** A page that was silent for so many of these has crashed, or is frozen: then it comes back by itself. */
const MAX_MISSED_WANTS = 6;
/** How often pages are told that the hub lives, in milliseconds. */
const STATE_EVERY_MS = 3000;
/** What a page that comes later is told at once. */
const KEPT: readonly MessageName[] = ['redis', 'overview', 'shop'];

interface Member {
  wanted: Wanted;
  missed: number;
}

/**
 * One connection to the feed for all pages of the console in a browser: six are all that a browser has for one host (with
 * HTTP/1.1), and a seventh page with a feed of its own would stay blank.
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

  /** Takes a page in, from its first word to its last. */
  join(port: MessagePort): void {
    port.addEventListener('message', ({ data }: MessageEvent<ToHub>) => {
      if (data.kind === 'bye') this.leave(port);
      else {
        this.root = data.root;
        this.want(port, data.wanted);
      }
    });
    // Where the browser tells that a page has ended otherwise.
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
    // What was seen last is old when somebody comes again.
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
