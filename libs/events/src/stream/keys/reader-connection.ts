/** A worker as its reading connection shows it to `CLIENT LIST`. */
export interface ReaderConnection {
  /** The worker's name in its group. */
  consumer: string;
  /** What its events have as `source`. */
  source: string;
  /** Since the server last heard of it, in milliseconds, to the second. */
  idleMs: number;
  /** Whether it waits at the server for new entries. */
  isWaiting: boolean;
}

const NAME = /^(.+)-reader:(.+)$/;

/** What the reading connection of a worker is called, so that others can tell a dead worker from an idle one. */
export function readerName(source: string, consumer: string): string {
  return `${source}-reader:${consumer}`;
}

/** Finds the workers among the lines of `CLIENT LIST`. */
export function readersIn(lines: readonly string[]): ReaderConnection[] {
  return lines.flatMap((line) => {
    const about = new Map(line.split(' ').map((word) => [word.split('=', 1)[0], word.slice(word.indexOf('=') + 1)]));
    const [, source, consumer] = NAME.exec(about.get('name') ?? '') ?? [];
    if (source === undefined || consumer === undefined) return [];
    const isWaiting = about.get('flags')?.includes('b') ?? false;
    return [{ consumer, source, idleMs: Number(about.get('idle')) * 1000, isWaiting }];
  });
}
