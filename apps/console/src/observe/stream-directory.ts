import { Injectable } from '@nestjs/common';
import { EventMonitor } from 'nestjs-event-streams';

/** How long one look may search, in milliseconds: a search looks at every key of the database, again and again. */
const MAX_MS = 20;
/** And the first one, which whoever has opened the console waits for. */
const MAX_FIRST_MS = 200;

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/** The streams of the prefix, as far as they are known. */
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

  /** Whether all keys were looked at once. */
  get isComplete(): boolean {
    return this.isThrough;
  }

  add(...names: readonly string[]): void {
    for (const name of names) if (NAME.test(name)) this.known.add(name);
  }

  /** These are looked for at each look, whether they are there yet or not. */
  pin(...names: readonly string[]): void {
    for (const name of names) this.pinned.add(name);
  }

  /** It is not there any more. */
  drop(name: string): void {
    this.known.delete(name);
  }

  /** Goes on with the search, to the end of the keys at most: then the next look begins anew. */
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
