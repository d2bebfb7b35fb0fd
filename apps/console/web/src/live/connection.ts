import type { ApiProblem } from '../../../src/contract/http.js';
import type { LiveMessages } from '../../../src/contract/live.js';
import { Silence } from './silence.js';
import { MESSAGE_NAMES, type MessageName } from './wanted.js';

/** Who is told what a connection to the feed brings. */
export interface Hearer {
  /** @param json the message */
  onMessage(name: MessageName, json: string): void;
  /** From now on all comes that the address asks for; what was there before must be asked for otherwise. */
  onBegin(): void;
  onState(state: LineState): void;
}

/** How it stands with the connection. */
export interface LineState {
  connection: ConnectionState;
  /** By the clock of this machine; null while it is not lost. */
  lostAtMs: number | null;
  /** What the console said when it refused the feed; null where it said nothing. */
  refusal: string | null;
}

/** Before anything came. */
export const CONNECTING: LineState = { connection: 'connecting', lostAtMs: null, refusal: null };

/** `lost`: it failed, or was silent for too long, and is being opened again. */
export type ConnectionState = 'connecting' | 'open' | 'lost';

/** How long after a failure it is opened again, in milliseconds. */
const REOPEN_MS = 2000;

interface Opened {
  source: EventSource;
  silence: Silence;
  hasBegun: boolean;
}

/**
 * A connection to the feed, opened again whenever it fails or falls silent. A change of address loses nothing: the old one
 * goes on until the new one has begun.
 */
export class Connection {
  private address = '';
  private current: Opened | null = null;
  /** Takes the place of the current one as soon as it has begun. */
  private coming: Opened | null = null;
  private reopening: ReturnType<typeof setTimeout> | undefined;
  private isOpen = false;
  private lostAtMs: number | null = null;
  private refusal: string | null = null;

  constructor(private readonly hearer: Hearer) {}

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
    // An attempt that is never answered is silent, too.
    silence.heard();
    source.addEventListener('error', () => {
      if (this.current !== opened && this.coming !== opened) return;
      const isRefused = source.readyState === EventSource.CLOSED;
      if (!isRefused) this.refusal = null;
      this.lose(REOPEN_MS);
      if (isRefused) void this.askWhy();
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
      this.hearer.onState({ connection: 'open', lostAtMs: null, refusal: null });
    }
    this.hearer.onMessage(name, json);
    // It ends soon: another one takes its place before that.
    if (name === 'renew') this.coming ??= this.connect();
    if (name === 'overview' && !opened.hasBegun) {
      opened.hasBegun = true;
      this.hearer.onBegin();
    }
  }

  private lose(reopenMs: number): void {
    this.end();
    this.lostAtMs ??= Date.now();
    this.hearer.onState({ connection: 'lost', lostAtMs: this.lostAtMs, refusal: this.refusal });
    this.reopenIn(reopenMs);
  }

  /** An EventSource does not tell what the answer was that is no feed. */
  private async askWhy(): Promise<void> {
    const { address, lostAtMs } = this;
    const refusal = await refusalOf(address);
    if (refusal === null || lostAtMs === null || this.isOpen || address !== this.address) return;
    this.refusal = refusal.why;
    if (refusal.retryAfterMs > REOPEN_MS) this.reopenIn(refusal.retryAfterMs);
    this.hearer.onState({ connection: 'lost', lostAtMs, refusal: refusal.why });
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

/** Whether from now on all comes that comes each second: nothing does while Redis is away. */
function canTakeOver(name: MessageName, json: string): boolean {
  return name === 'overview' || (name === 'redis' && !(JSON.parse(json) as LiveMessages['redis']).isUp);
}
