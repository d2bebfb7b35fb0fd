import { RenewedMap } from '../collections/renewed-map.js';
import type { Link } from './connection.js';

/** What a connection knows of its calls. */
export interface CallHost {
  /** A call was answered. */
  served(): void;
  /** Why a call has failed, as its caller is told. @param error what was thrown */
  failureOf(error: unknown): Error;
  /** Why there was no answer in time. @param wasSent whether the call had a connection */
  lateness(wasSent: boolean, timeoutMs: number): Error;
}

interface Call {
  run: (link: Link) => void;
  fail: (error: Error) => void;
}

/** The calls of one connection: those that wait for it, and those that were sent. Each settles within its deadline. */
export class Calls {
  private readonly waiting = new Set<Call>();
  private readonly sent = new RenewedMap<Call, true>();

  constructor(
    private readonly link: Link,
    private readonly host: CallHost,
  ) {}

  /** @param isReady whether it is sent at once @param timeoutMs how long it may take, waiting for a connection included */
  start<T>(run: (link: Link) => Promise<T>, isReady: boolean, timeoutMs: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.waiting.delete(call);
        this.sent.delete(call);
      };
      const call: Call = {
        fail: (error) => {
          finish();
          reject(error);
        },
        run: (link) => {
          this.waiting.delete(call);
          this.sent.set(call, true);
          run(link).then(
            (reply) => {
              finish();
              this.host.served();
              resolve(reply);
            },
            (error: unknown) => {
              call.fail(this.host.failureOf(error));
            },
          );
        },
      };
      const timer = setTimeout(() => {
        call.fail(this.host.lateness(!this.waiting.has(call), timeoutMs));
      }, timeoutMs);
      if (isReady) call.run(this.link);
      else this.waiting.add(call);
    });
  }

  /** There is a connection: those that wait are sent. */
  sendWaiting(): void {
    for (const call of [...this.waiting]) call.run(this.link);
  }

  /** The connection was lost: nobody knows whether what was sent has run. */
  failSent(why: () => Error): void {
    for (const call of [...this.sent.keys()]) call.fail(why());
  }

  /** There will be no connection any more. */
  failAll(why: () => Error): void {
    for (const call of [...this.waiting]) call.fail(why());
    this.failSent(why);
  }
}
