import type { ReaderConnection } from 'nestjs-event-streams/internal';
import { consumerState } from './consumer-state.js';
import type { SeenStream } from './picture.js';
import type { ServerClock } from './server-clock.js';

/** How long workers may take to reconnect after an outage, in milliseconds. */
const RETURN_MS = 5000;

/** Which workers are connected, and since when a consumer has no connection. */
export class WorkerPresence {
  private connected: Map<string, ReaderConnection> | null = null;
  private readonly goneSince = new Map<string, number>();
  /** Workers that were connected since the last pause. */
  private readonly seenAlive = new Set<string>();
  private knownFromMs = 0;

  constructor(private readonly clock: ServerClock) {}

  /** By the consumer's name; null if the Redis user may not list connections, and shortly after an outage. */
  get workers(): ReadonlyMap<string, ReaderConnection> | null {
    return this.connected;
  }

  /** By the consumer's name. */
  get goneSinceMs(): ReadonlyMap<string, number> {
    return this.goneSince;
  }

  /** Call after an outage: while workers reconnect one by one, none is reported as gone. */
  awaitReturn(): void {
    this.knownFromMs = this.clock.nowMs + RETURN_MS;
  }

  /** Call after a pause: earlier connections are forgotten. */
  beginAnew(): void {
    this.goneSince.clear();
    this.seenAlive.clear();
  }

  /** @param connections null if the Redis user may not list them */
  see(connections: readonly ReaderConnection[] | null): void {
    const seen = this.clock.nowMs < this.knownFromMs ? null : connections;
    this.connected = seen && new Map(seen.map((worker) => [worker.consumer, worker]));
    for (const { consumer } of seen ?? []) this.seenAlive.add(consumer);
  }

  /** Records which consumers of these streams are gone. */
  noteGone(streams: Iterable<SeenStream>): void {
    const there = new Set<string>();
    for (const { groups } of streams) {
      for (const { consumerRows = [], consumersAtMs } of groups.values()) {
        for (const row of consumerRows) {
          if (consumerState(row, this.connected) !== 'gone') continue;
          there.add(row.name);
          const known = this.goneSince.get(row.name);
          // A consumer that was never connected here is gone since its last command on any stream, which can be long ago.
          if (!this.seenAlive.has(row.name)) {
            this.goneSince.set(row.name, Math.max(known ?? 0, consumersAtMs - row.idleMs));
          } else if (known === undefined) this.goneSince.set(row.name, this.clock.nowMs);
        }
      }
    }
    for (const name of this.goneSince.keys()) if (!there.has(name)) this.goneSince.delete(name);
  }
}
