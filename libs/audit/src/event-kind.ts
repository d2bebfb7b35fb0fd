import {
  domainEventOf,
  EventSourceError,
  validateSealed,
  type EventClass,
  type EventEnvelope,
} from 'nestjs-event-streams';
import type { EntryOrigin } from './records.js';

/** What a stream carries, and how a payload of it is read. */
export class EventKind<T extends EntryOrigin = EntryOrigin> {
  private readonly type: string;
  private readonly version: string;
  private readonly sources: readonly string[] | undefined;

  constructor(
    private readonly target: EventClass,
    readonly read: (data: Record<string, unknown>, origin: EntryOrigin) => T | undefined,
  ) {
    ({ type: this.type, version: this.version, sources: this.sources } = domainEventOf(target));
  }

  /** Why no group takes the event for its type, version or source; undefined when it is of this kind. */
  foreign({ event_type, version, source }: EventEnvelope): string | undefined {
    if (event_type !== this.type || (version !== this.version && majorOf(version) !== majorOf(this.version))) {
      return `expected ${this.type} of version ${majorOf(this.version)}.x, got ${event_type} of version ${version}`;
    }
    if (this.sources?.includes(source) !== false) return undefined;
    return new EventSourceError(event_type, source, this.sources).message;
  }

  /** What class-validator has against the payload; undefined when it is valid. */
  violation(data: unknown): string | undefined {
    try {
      // The audit has no keys: what is encrypted was valid when it was, and what is erased need not be.
      validateSealed(this.target, data);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }
}

function majorOf(version: string): string {
  return version.split('.', 1)[0] ?? '';
}
