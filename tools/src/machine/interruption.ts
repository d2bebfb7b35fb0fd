/** A second signal this soon, in milliseconds, is the same Ctrl-C: the terminal sends it to this process, and npm passes it on. */
const ECHO_MS = 500;

const PARENT_CHECK_MS = 1000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface ListenForInterruptionOptions {
  /** Called once. @param cause such as `SIGINT` */
  readonly first: (cause: string) => void;
  /** Called for each further signal. */
  readonly again: () => void;
}

/** Calls a handler when this process should end: after SIGINT, SIGTERM or SIGHUP, when its output is closed, or when npm has exited. */
export function listenForInterruption(handlers: ListenForInterruptionOptions) {
  let current = handlers;
  let firstAt = 0;
  const interrupt = (cause: string) => {
    if (firstAt !== 0) return;
    firstAt = performance.now();
    current.first(cause);
  };
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (firstAt === 0) interrupt(signal);
      else if (performance.now() - firstAt > ECHO_MS) current.again();
    });
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => {
      interrupt('the output was closed'); // each further write emits another error, which is ignored
    });
  }
  watchNpm(() => {
    interrupt('npm has exited');
  });
  return {
    /** Replaces the handlers. @param next called from now on */
    handOver(next: typeof handlers) {
      current = next;
    },
  };
}

/** npm runs a script through a shell. A SIGTERM ends the shell, which does not pass it on, so the parent process is watched. */
function watchNpm(onGone: () => void) {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, PARENT_CHECK_MS).unref();
}
