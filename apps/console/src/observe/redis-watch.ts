import { Injectable } from '@nestjs/common';
import { EventsObserver } from 'nestjs-event-streams';
import type { RedisState } from '../contract/session.js';

/** Whether Redis answers, as the library's connection notices by itself: nothing is asked for it. */
@Injectable()
export class RedisWatch {
  private current: RedisState = { isUp: true, sinceMs: Date.now(), reason: null };
  private readonly listeners = new Set<(state: RedisState) => void>();

  constructor(observer: EventsObserver) {
    observer.subscribe((observation) => {
      // What refuses some commands, such as a replica or a full one, can still be looked at.
      if (observation.kind === 'outage' && observation.reason === 'unreachable') {
        this.change(false, `Redis at ${observation.address} cannot be reached; the console tries again by itself`);
      }
      if (observation.kind === 'recovered') this.change(true, null);
    });
  }

  get state(): RedisState {
    return this.current;
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: (state: RedisState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private change(isUp: boolean, reason: string | null): void {
    if (this.current.isUp === isUp) return;
    this.current = { isUp, sinceMs: Date.now(), reason };
    for (const listener of this.listeners) listener(this.current);
  }
}
