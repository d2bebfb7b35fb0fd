import type { Response } from 'express';
import type { LiveMessages } from '../contract/live.js';

/** What may wait to be sent to one client, in bytes: a page that is slower than its feed gets less of it. */
export const MOST_WAITING_BYTES = 512 * 1024;

/** What a client wants besides the overview. */
export interface LiveInterest {
  /** A stream's name, `*` for all, undefined for none. */
  tail: string | undefined;
  shop: boolean;
}

/** One open feed. */
export class LiveClient {
  private leftOut = 0;

  constructor(
    private readonly response: Response,
    readonly interest: LiveInterest,
  ) {
    response.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      // Proxies that collect answers would hold the feed back.
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
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
    if (writableLength > 0 && writableLength + message.length > MOST_WAITING_BYTES) {
      this.leftOut += 1;
      return;
    }
    if (this.leftOut > 0) {
      this.response.write(messageOf('left-out', { messages: this.leftOut }));
      this.leftOut = 0;
    }
    this.response.write(message);
  }

  /** Shows that the connection lives, to whatever closes silent ones, and to the page. */
  beat(everyMs: number): void {
    // Where something waits to be sent, that shows it.
    if (this.response.writableLength === 0) this.response.write(messageOf('beat', { everyMs }));
  }

  end(): void {
    this.response.end();
  }
}

/** A message as it is sent. */
export function messageOf<K extends keyof LiveMessages>(event: K, data: LiveMessages[K]): Buffer {
  // JSON has no line breaks outside of texts, and in texts they are escaped.
  return Buffer.from(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
