/** How many lines of one kind are written in a period, and how long that is, in milliseconds. */
const MAX_LINES = 10;
const PERIOD_MS = 10_000;
/** Kinds that are told apart at once; what comes then is of one kind. */
const MAX_KINDS = 100;
const OTHER = 'others';

interface Kind {
  written: number;
  leftOut: number;
  timer: NodeJS.Timeout;
}

/** Bounds how many lines of one kind a log gets, whatever happens how often: the rest is counted, and the count is said. */
export class LineLimit {
  private readonly kinds = new Map<string, Kind>();

  /**
   * @param sayLeftOut is to write a line, at the end of a period from which lines were left out
   * @param most lines of one kind in a period
   * @param periodMs it begins with the first of them
   */
  constructor(
    private readonly sayLeftOut: (kind: string, count: number) => void,
    private readonly most = MAX_LINES,
    private readonly periodMs = PERIOD_MS,
  ) {}

  /** Whether a line may be written now; one that may not is counted. */
  admits(kind: string): boolean {
    const name = this.kinds.has(kind) || this.kinds.size < MAX_KINDS ? kind : OTHER;
    const known = this.kinds.get(name) ?? this.begin(name);
    if (known.written < this.most) {
      known.written += 1;
      return true;
    }
    known.leftOut += 1;
    return false;
  }

  /** Says now what was left out; before the application ends. */
  flush(): void {
    for (const [name, kind] of this.kinds) this.end(name, kind);
  }

  private begin(name: string): Kind {
    const timer = setTimeout(() => {
      this.end(name, kind);
    }, this.periodMs);
    // A line is no reason to keep a process alive.
    timer.unref();
    const kind = { written: 0, leftOut: 0, timer };
    this.kinds.set(name, kind);
    return kind;
  }

  private end(name: string, { timer, leftOut }: Kind): void {
    clearTimeout(timer);
    this.kinds.delete(name);
    if (leftOut > 0) this.sayLeftOut(name, leftOut);
  }
}
