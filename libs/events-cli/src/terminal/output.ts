import { safe } from 'nestjs-event-streams/text';
import { paintFor, type Paint } from './paint.js';
import { safeJson } from './text.js';

/** A stream of the process, as far as it is needed. */
export type OutputStream = Pick<NodeJS.WriteStream, 'write' | 'once'> & {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
};

/** Where a command writes: results to one stream, what is said about them to the other. */
export class Output {
  readonly paint: Paint;

  constructor(
    private readonly stdout: OutputStream,
    readonly stderr: OutputStream,
    env: Readonly<Record<string, string | undefined>>,
  ) {
    this.paint = paintFor(stdout, env);
  }

  /** Whether people look at it as it comes. */
  get isTerminal(): boolean {
    return this.stdout.isTTY === true;
  }

  /** In columns; undefined where it is no terminal, and nothing has to be cut. */
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

  /** What is no result: on the other stream. The text is made safe. */
  notice(text: string): void {
    this.stderr.write(`${safe(text)}\n`);
  }

  async raw(text: string): Promise<void> {
    if (!this.stdout.write(text)) await new Promise((resolve) => this.stdout.once('drain', resolve));
  }
}

/** A side of a terminal: one that does not know it says 0, or nothing. */
export function sizeOf(said: number | undefined, usual: number): number {
  return said !== undefined && said > 0 ? said : usual;
}
