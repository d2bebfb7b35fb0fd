import type { Session } from './session.js';
import type { Project } from './project.js';
import type { Output } from './terminal/output.js';
import type { Keyboard } from './terminal/screen.js';

/** What a command can use. */
export interface Context extends OfflineContext {
  session: Session;
}

/** What a command without Redis can use. */
export interface OfflineContext {
  /** Of every key. */
  prefix: string;
  project: Project;
  output: Output;
  stdin: Keyboard & NodeJS.ReadableStream;
  /** Whether to print rows of JSON. */
  json: boolean;
  /** Aborted by Ctrl-C or a signal: the command should stop soon and clean up. */
  signal: AbortSignal;
}

/** Waits until the time is over or the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
