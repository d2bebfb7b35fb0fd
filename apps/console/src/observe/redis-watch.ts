import { Injectable } from '@nestjs/common';
import { EventsObserver } from 'nestjs-event-streams';
import type { RedisState } from '../contract/session.js';

/** Whether Redis is available, as the library's connection reports it. Sends no commands. */
@Injectable()
export class RedisWatch {
  private current: RedisState = { isUp: true, sinceMs: Date.now(), reason: null };
  private readonly listeners = new Set<(state: RedisState) => void>();

  constructor(observer: EventsObserver) {
    observer.subscribe((observation) => {
      // A Redis that refuses only some commands, such as a replica or one without memory, can still be read.
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
