/** A signal this soon after the first, in milliseconds, is its echo: npm hands on what the terminal has sent already. */
const ECHO_MS = 500;

const PARENT_CHECK_MS = 1000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface ListenForInterruptionOptions {
  readonly first: (cause: string) => void;
  /** The user insists. */
  readonly again: () => void;
}

/** Listens for what should end this process: Ctrl-C and its kin, an output that nobody reads any more, an npm that is gone. */
export function listenForInterruption(handlers: ListenForInterruptionOptions) {
  let current = handlers;
  let firstAt = 0;
  const begin = (cause: string) => {
    if (firstAt !== 0) return;
    firstAt = performance.now();
    current.first(cause);
  };
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (firstAt === 0) begin(signal);
      else if (performance.now() - firstAt > ECHO_MS) current.again();
    });
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => {
      begin('the output was closed'); // every further write fails too, and says nothing new
    });
  }
  watchNpm(() => {
    begin('npm has ended');
  });
  return {
    /** @param next who handles it from now on */
    handOver(next: typeof handlers) {
      current = next;
    },
  };
}

/** Between npm and a script there is a shell, which dies of a SIGTERM and does not hand it on. */
function watchNpm(onGone: () => void) {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, PARENT_CHECK_MS).unref();
}
