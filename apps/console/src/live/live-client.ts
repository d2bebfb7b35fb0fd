import type { Response } from 'express';
import type { User } from '../users/users-file.js';
import type { LiveMessages } from '../contract/live.js';

/** What may wait to be sent to one client, in bytes: a page that is slower than its feed gets less of it. */
export const MAX_WAITING_BYTES = 512 * 1024;

/** How many beats in a row a client may read nothing of what waits for it. */
const MAX_UNREAD_BEATS = 10;
/** After so many beats a client is asked to open another feed, and after so many more this one ends. */
export const RENEW_AFTER_BEATS = 100;
export const END_AFTER_BEATS = 10;

/** What a client wants besides the overview. */
export interface LiveInterest {
  /** A stream's name, `*` for all, undefined for none. */
  tail: string | undefined;
  shop: boolean;
}

/** Whose feed it is; both count. */
export interface LiveOwner {
  /** Who is logged in; null without users. */
  user: User | null;
  /** As requests are counted by. */
  address: string;
}

/** One open feed. It ends when nobody reads it, and after some minutes: a page opens another one in time, and so shows that it lives. */
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
      // Proxies that collect answers would hold the feed back.
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
  }

  /** Whether it was asked to open another one: from then on it takes nobody's place. */
  get isEnding(): boolean {
    return this.beats >= RENEW_AFTER_BEATS;
  }

  onClose(listener: () => void): void {
    this.response.on('close', listener);
  }

  /**
   * Sends a message, or leaves it out while too much waits; what is left out is counted, and said afterwards.
   *
   * @param message the same bytes for all clients that get it: what waits for slow ones is held once
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

  /** Shows that the connection lives, to whatever closes silent ones, and to the page; ends one that is unread, or too old. */
  beat(everyMs: number): void {
    this.beats += 1;
    this.unreadBeats = this.response.writableLength === 0 ? 0 : this.unreadBeats + 1;
    if (this.unreadBeats > MAX_UNREAD_BEATS) {
      this.response.destroy();
      return;
    }
    // Where something waits to be sent, that shows it.
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

  /** Something went through. */
  private readonly onFlushed = (): void => {
    this.unreadBeats = 0;
  };
}

/** A message as it is sent. */
export function messageOf<K extends keyof LiveMessages>(event: K, data: LiveMessages[K]): Buffer {
  // JSON has no line breaks outside of texts, and in texts they are escaped.
  return Buffer.from(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
