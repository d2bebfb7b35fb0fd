import { Injectable } from '@nestjs/common';
import { EventMonitor } from 'nestjs-event-streams';

/** Steps of the first search, one after the other; the rest of a large database comes with the looks. */
const STEPS_AT_ONCE = 20;
/** After those, one step in so long, again and again: streams come and go. */
const STEP_EVERY_MS = 2000;

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/** The streams of the prefix, as far as they are known. */
@Injectable()
export class StreamDirectory {
  private readonly known = new Set<string>();
  private readonly pinned = new Set<string>();
  private cursor = '0';
  private steppedAtMs = -Infinity;
  private isThrough = false;

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

  /** Goes on with the search: far at first, and a small step now and then after that. */
  async search(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.steppedAtMs < STEP_EVERY_MS) return;
    const steps = this.steppedAtMs === -Infinity ? STEPS_AT_ONCE : 1;
    this.steppedAtMs = nowMs;
    for (let step = 0; step < steps; step += 1) {
      const { names, next } = await this.monitor.find(this.cursor);
      this.add(...names);
      this.cursor = next ?? '0';
      if (next !== null) continue;
      this.isThrough = true;
      return;
    }
  }
}
