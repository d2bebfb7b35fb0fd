import type { ApiProblem } from '../../../src/contract/http.js';
import type { LiveMessages } from '../../../src/contract/live.js';
import { Silence } from './silence.js';
import { MESSAGE_NAMES, type MessageName } from './wanted.js';

/** Receives what a connection to the feed delivers. */
export interface FeedListener {
  /** @param json the message */
  onMessage(name: MessageName, json: string): void;
  /** From now on, everything that the address requests is delivered; earlier data must be loaded in another way. */
  onBegin(): void;
  onState(state: FeedConnection): void;
}

/** The state of the connection. */
export interface FeedConnection {
  connection: ConnectionState;
  /** When it was lost, by the clock of this machine; null if it is not lost. */
  lostAtMs: number | null;
  /** Why the console refused the feed; null if it did not say. */
  refusal: string | null;
}

/** The state before the first message. */
export const CONNECTING: FeedConnection = { connection: 'connecting', lostAtMs: null, refusal: null };

/** `lost`: it failed or was silent for too long, and is being reopened. */
export type ConnectionState = 'connecting' | 'open' | 'lost';

/** How long after a failure it is reopened, in milliseconds. */
const REOPEN_MS = 2000;

interface Opened {
  source: EventSource;
  silence: Silence;
  hasBegun: boolean;
}

/**
 * A connection to the feed that is reopened when it fails or is silent. A change of address loses no message: the old connection stays
 * open until the new one delivers.
 */
export class Connection {
  private address = '';
  private current: Opened | null = null;
  /** Replaces the current one as soon as it delivers. */
  private coming: Opened | null = null;
  private reopening: ReturnType<typeof setTimeout> | undefined;
  private isOpen = false;
  private lostAtMs: number | null = null;
  private refusal: string | null = null;

  constructor(private readonly listener: FeedListener) {}

  /** Opens the feed, or changes to another address of it. */
  open(address: string): void {
    if (address === this.address) return;
    this.address = address;
    if (this.isOpen) {
      end(this.coming);
      this.coming = this.connect();
    } else this.reopen();
  }

  close(): void {
    this.address = '';
    this.end();
  }

  private end(): void {
    clearTimeout(this.reopening);
    end(this.current);
    end(this.coming);
    this.current = null;
    this.coming = null;
    this.isOpen = false;
  }

  private reopen(): void {
    this.end();
    this.current = this.connect();
  }

  private connect(): Opened {
    const source = new EventSource(this.address);
    const silence = new Silence(() => {
      this.lose(0);
    });
    const opened = { source, silence, hasBegun: false };
    // Also detects an attempt that is never answered.
    silence.heard();
    source.addEventListener('error', () => {
      if (this.current !== opened && this.coming !== opened) return;
      const isRefused = source.readyState === EventSource.CLOSED;
      if (!isRefused) this.refusal = null;
      this.lose(REOPEN_MS);
      if (isRefused) void this.loadRefusal();
    });
    for (const name of MESSAGE_NAMES) {
      source.addEventListener(name, ({ data }: MessageEvent<string>) => {
        this.hear(opened, name, data);
      });
    }
    return opened;
  }

  private hear(opened: Opened, name: MessageName, json: string): void {
    opened.silence.heard(name === 'beat' ? (JSON.parse(json) as LiveMessages['beat']).everyMs : undefined);
    if (opened === this.coming && canTakeOver(name, json)) {
      end(this.current);
      this.current = opened;
      this.coming = null;
    }
    if (opened !== this.current) return;
    if (!this.isOpen) {
      this.isOpen = true;
      this.lostAtMs = null;
      this.refusal = null;
      this.listener.onState({ connection: 'open', lostAtMs: null, refusal: null });
    }
    this.listener.onMessage(name, json);
    // This feed ends soon: a new one replaces it before that.
    if (name === 'renew') this.coming ??= this.connect();
    if (name === 'overview' && !opened.hasBegun) {
      opened.hasBegun = true;
      this.listener.onBegin();
    }
  }

  private lose(reopenMs: number): void {
    this.end();
    this.lostAtMs ??= Date.now();
    this.listener.onState({ connection: 'lost', lostAtMs: this.lostAtMs, refusal: this.refusal });
    this.reopenIn(reopenMs);
  }

  /** Loads the error answer, because an EventSource does not give it. */
  private async loadRefusal(): Promise<void> {
    const { address, lostAtMs } = this;
    const refusal = await refusalOf(address);
    if (refusal === null || lostAtMs === null || this.isOpen || address !== this.address) return;
    this.refusal = refusal.why;
    if (refusal.retryAfterMs > REOPEN_MS) this.reopenIn(refusal.retryAfterMs);
    this.listener.onState({ connection: 'lost', lostAtMs, refusal: refusal.why });
  }

  private reopenIn(ms: number): void {
    clearTimeout(this.reopening);
    this.reopening = setTimeout(() => {
      this.reopen();
    }, ms);
  }
}

function end(opened: Opened | null): void {
  opened?.silence.stop();
  opened?.source.close();
}

interface Refusal {
  why: string;
  retryAfterMs: number;
}

async function refusalOf(address: string): Promise<Refusal | null> {
  const asking = new AbortController();
  try {
    const answer = await fetch(address, { signal: asking.signal });
    if (answer.ok) return null;
    const { message } = (await answer.json()) as Partial<ApiProblem>;
    const why = message ?? `The console answered ${String(answer.status)} ${answer.statusText}`;
    return { why, retryAfterMs: (Number(answer.headers.get('Retry-After')) || 0) * 1000 };
  } catch {
    return null;
  } finally {
    asking.abort();
  }
}

/** Whether the new feed delivers: it sends an overview, or reports that Redis is unavailable. */
function canTakeOver(name: MessageName, json: string): boolean {
  return name === 'overview' || (name === 'redis' && !(JSON.parse(json) as LiveMessages['redis']).isUp);
}
