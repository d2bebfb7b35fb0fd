import { safe } from 'nestjs-event-streams/text';
import { paintFor, type Paint } from './paint.js';
import { safeJson } from './text.js';

/** The part of a process' stream that is needed here. */
export type OutputStream = Pick<NodeJS.WriteStream, 'write' | 'once'> & {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
};

/** Writes results to stdout, and everything else to stderr. */
export class Output {
  readonly paint: Paint;

  constructor(
    private readonly stdout: OutputStream,
    readonly stderr: OutputStream,
    env: Readonly<Record<string, string | undefined>>,
  ) {
    this.paint = paintFor(stdout, env);
  }

  /** Whether stdout is a terminal. */
  get isTerminal(): boolean {
    return this.stdout.isTTY === true;
  }

  /** In columns; undefined if it is not a terminal, so that nothing is cut. */
  get width(): number | undefined {
    return this.isTerminal ? sizeOf(this.stdout.columns, 80) : undefined;
  }

  /** In lines. */
  get height(): number {
    return sizeOf(this.stdout.rows, 24);
  }

  /** Writes lines of text that is safe already; resolves when the reader has room for more. */
  async lines(lines: readonly string[]): Promise<void> {
    if (lines.length > 0) await this.raw(`${lines.join('\n')}\n`);
  }

  line(line: string): Promise<void> {
    return this.lines([line]);
  }

  /** Writes one row of JSON. */
  row(value: unknown): Promise<void> {
    return this.raw(`${safeJson(value)}\n`);
  }

  /** Writes a message to stderr. Its text is made safe. */
  notice(text: string): void {
    this.stderr.write(`${safe(text)}\n`);
  }

  async raw(text: string): Promise<void> {
    if (!this.stdout.write(text)) await new Promise((resolve) => this.stdout.once('drain', resolve));
  }
}

/** The width or height of a terminal. A terminal that does not know it reports 0, or nothing. */
export function sizeOf(said: number | undefined, usual: number): number {
  return said !== undefined && said > 0 ? said : usual;
}
