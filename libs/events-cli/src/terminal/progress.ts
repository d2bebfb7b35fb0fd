import { duration } from 'nestjs-event-streams/internal';
import { number } from './text.js';
import { sizeOf, type OutputStream } from './output.js';

const BAR = 24;
const DRAW_EVERY_MS = 100;

/** A bar for work that takes a while; where nobody watches there is none. */
export class Progress implements Disposable {
  private readonly beganMs = performance.now();
  private done = 0;
  private drawnMs = -Infinity;
  private isDrawn = false;

  /**
   * @param what the work in a word or two: `Replaying`
   * @param total how many steps there are, about
   */
  constructor(
    private readonly stream: OutputStream,
    private readonly what: string,
    private readonly total: number,
  ) {}

  step(count = 1): void {
    this.done += count;
    const now = performance.now();
    if (this.stream.isTTY !== true || now - this.drawnMs < DRAW_EVERY_MS) return;
    // What is done before it could be seen needs no bar.
    if (now - this.beganMs < 2 * DRAW_EVERY_MS) return;
    this.drawnMs = now;
    this.isDrawn = true;
    this.stream.write(`\r${this.text(now - this.beganMs)}\u001b[K`);
  }

  /** Leaves the line as it was. */
  [Symbol.dispose](): void {
    if (this.isDrawn) this.stream.write('\r\u001b[K');
  }

  private text(passedMs: number): string {
    const share = Math.min(1, this.done / Math.max(1, this.total));
    const full = Math.round(share * BAR);
    const bar = '█'.repeat(full) + '░'.repeat(BAR - full);
    const left = duration((passedMs / Math.max(share, 0.001)) * (1 - share));
    const text = `${this.what}  ${bar}  ${number(this.done)} of ${number(this.total)}, ${left} left`;
    return text.slice(0, Math.max(20, sizeOf(this.stream.columns, 80) - 1));
  }
}
