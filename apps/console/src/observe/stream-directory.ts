import { Injectable } from '@nestjs/common';
import { EventMonitor } from 'nestjs-event-streams';

/** How long one look may search for streams, in milliseconds: a search scans all keys of the database, repeatedly. */
const MAX_MS = 20;
/** The same for the first look: the user waits for it. */
const MAX_FIRST_MS = 200;

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/** The known streams of the prefix. */
@Injectable()
export class StreamDirectory {
  private readonly known = new Set<string>();
  private readonly pinned = new Set<string>();
  private cursor = '0';
  private isThrough = false;
  private isBegun = false;

  constructor(private readonly monitor: EventMonitor) {}

  /** Without prefix, sorted. */
  get names(): string[] {
    return [...new Set([...this.known, ...this.pinned])].sort();
  }

  /** Whether all keys were scanned at least once. */
  get isComplete(): boolean {
    return this.isThrough;
  }

  add(...names: readonly string[]): void {
    for (const name of names) if (NAME.test(name)) this.known.add(name);
  }

  /** Adds streams that each look reads, even if they do not exist yet. */
  pin(...names: readonly string[]): void {
    for (const name of names) this.pinned.add(name);
  }

  /** Removes a stream that does not exist any more. */
  drop(name: string): void {
    this.known.delete(name);
  }

  /** Continues the search, at most to the last key; then the next look starts again. */
  async search(): Promise<void> {
    const endsAt = performance.now() + (this.isBegun ? MAX_MS : MAX_FIRST_MS);
    this.isBegun = true;
    do {
      const { names, next } = await this.monitor.find(this.cursor);
      this.add(...names);
      this.cursor = next ?? '0';
      if (next === null) this.isThrough = true;
    } while (this.cursor !== '0' && performance.now() < endsAt);
  }
}
