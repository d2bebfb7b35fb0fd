import type { Session } from './session.js';
import type { Project } from './project.js';
import type { Output } from './terminal/output.js';
import type { Keyboard } from './terminal/screen.js';

/** What a running command has at hand. */
export interface Context extends OfflineContext {
  session: Session;
}

/** What a command has at hand that asks Redis for nothing. */
export interface OfflineContext {
  /** Of every key. */
  prefix: string;
  project: Project;
  output: Output;
  stdin: Keyboard & NodeJS.ReadableStream;
  /** Whether rows of JSON are wanted. */
  json: boolean;
  /** Aborted by Ctrl-C and the like: stop soon, and leave everything tidy. */
  signal: AbortSignal;
}

/** Waits, but not longer than until the signal is aborted. */
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
