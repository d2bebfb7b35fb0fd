import type { Response } from 'express';
import type { User } from '../users/users-file.js';
import type { LiveMessages } from '../contract/live.js';

/** How much may be buffered for one client, in bytes: a client that is slower than its feed misses messages. */
export const MAX_WAITING_BYTES = 512 * 1024;

/** After how many beats without reading anything a client is disconnected. */
const MAX_UNREAD_BEATS = 10;
/** After how many beats a client is asked to open a new feed, and after how many more this one ends. */
export const RENEW_AFTER_BEATS = 100;
export const END_AFTER_BEATS = 10;

/** What a client requests besides the overview. */
export interface LiveInterest {
  /** A stream's name, `*` for all, undefined for none. */
  tail: string | undefined;
  shop: boolean;
}

/** The owner of a feed; the limits count by user and by address. */
export interface LiveOwner {
  /** The user who is logged in; null if no login is required. */
  user: User | null;
  /** The address by which requests are counted. */
  address: string;
}

/** One open feed. It ends if the client does not read it, and after some minutes unless the client opens a new one. */
export class LiveClient {
  private leftOut = 0;
  private beats = 0;
  private unreadBeats = 0;

  constructor(
    private readonly response: Response,
    readonly interest: LiveInterest,
    readonly owner: LiveOwner,
  ) {
    response.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      // Buffering proxies would delay the feed.
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
  }

  /** Whether the client was asked to open a new feed: from then on this one does not count for the limits. */
  get isEnding(): boolean {
    return this.beats >= RENEW_AFTER_BEATS;
  }

  onClose(listener: () => void): void {
    this.response.on('close', listener);
  }

  /**
   * Sends a message, or drops it while the buffer is full. Dropped messages are counted, and the client is told the number later.
   *
   * @param message the same buffer for all clients, so that slow ones do not hold copies of it
   */
  send(message: Buffer): void {
    const { writableLength } = this.response;
    if (writableLength > 0 && writableLength + message.length > MAX_WAITING_BYTES) {
      this.leftOut += 1;
      return;
    }
    if (this.leftOut > 0) {
      this.write(messageOf('left-out', { messages: this.leftOut }));
      this.leftOut = 0;
    }
    this.write(message);
  }

  /** Sends a beat, which keeps proxies and the page from closing the connection. Ends a feed that is not read or too old. */
  beat(everyMs: number): void {
    this.beats += 1;
    this.unreadBeats = this.response.writableLength === 0 ? 0 : this.unreadBeats + 1;
    if (this.unreadBeats > MAX_UNREAD_BEATS) {
      this.response.destroy();
      return;
    }
    // Not needed while other messages wait to be sent.
    if (this.response.writableLength === 0) this.write(messageOf('beat', { everyMs }));
    if (this.beats === RENEW_AFTER_BEATS) this.write(messageOf('renew', { withinMs: END_AFTER_BEATS * everyMs }));
    if (this.beats >= RENEW_AFTER_BEATS + END_AFTER_BEATS) this.end();
  }

  end(): void {
    this.response.end();
  }

  private write(message: Buffer): void {
    this.response.write(message, this.onFlushed);
  }

  /** The client has read something. */
  private readonly onFlushed = (): void => {
    this.unreadBeats = 0;
  };
}

/** A message as it is sent. */
export function messageOf<K extends keyof LiveMessages>(event: K, data: LiveMessages[K]): Buffer {
  // JSON.stringify escapes line breaks.
  return Buffer.from(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
