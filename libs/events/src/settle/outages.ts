import { isOutage } from '../model/errors/redis.js';
import type { Troubles } from '../observe/troubles.js';

const PAUSE_MS = 250;
/** The longest pause of a settlement that Redis refuses by itself again and again. */
const MAX_PAUSE_MS = 2000;

/** What fails while Redis is away, in the words of logs and of the health check. */
export type Undertaking = 'Settling' | 'Reading keys of personal data';

/** Sees commands through outages of Redis, until shutdown's deadline has passed. */
export class Outages {
  /** @param isOver whether shutdown's deadline has passed: an outage is not waited out any longer */
  constructor(
    private readonly isOver: () => boolean,
    private readonly troubles: Troubles,
  ) {}

  /** Repeats a command while Redis is away. @throws what is no outage; an outage when shutdown's deadline has passed */
  async through<T>(what: Undertaking, command: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await command();
      } catch (error) {
        await this.waitOut(what, error);
      }
    }
  }

  /**
   * Waits until a command that has failed may be repeated.
   *
   * @param refusals how often Redis has refused it by itself
   * @throws the error, when it is no outage, or shutdown's deadline has passed
   */
  async waitOut(what: Undertaking, error: unknown, refusals = 0): Promise<void> {
    if (!isOutage(error)) throw error;
    this.troubles.failed(what, error);
    if (this.isOver()) throw error;
    const pauseMs = Math.min(PAUSE_MS * 2 ** Math.max(0, refusals - 1), MAX_PAUSE_MS);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }

  succeeded(what: Undertaking): void {
    this.troubles.succeeded(what);
  }
}
