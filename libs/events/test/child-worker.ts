import { fork } from 'node:child_process';
import { once } from 'node:events';
import { compiledProgram, eventually } from '@repo/testing';
import type { ConsumerOptions } from 'nestjs-event-streams';

/** How the process behaves; see `fixtures/worker.ts`. */
export interface ChildSettings {
  redis: string;
  prefix: string;
  consumer: ConsumerOptions;
  /** After so many events its handlers never return. */
  hangAfter?: number;
  /** How long a handler takes, in milliseconds. */
  pauseMs?: number;
  /** The number of the note that kills it. */
  dieOf?: number;
  /** The number of the note whose validation kills it. */
  dieReading?: number;
  /** What its heap may have at most, in megabytes. */
  heapMb?: number;
  /** Whether its handlers throw in the end. */
  fails?: boolean;
  /** Its handlers keep the event loop busy until this file exists. */
  blockedUntil?: string;
}

/** A worker in a process of its own. */
export interface ChildWorker extends AsyncDisposable {
  /** Its consumer's name. */
  readonly name: string;
  /** The numbers of the notes that its handler was called with. */
  readonly running: number[];
  /** The kinds of what its observers were told. */
  readonly observed: string[];
  signal(signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** Resolves when the process has ended. */
  readonly exited: Promise<unknown>;
}

/** What it tells the test. */
export type Message = { name: string } | { running: number } | { observed: string };

/** Starts a worker on the built library. */
export async function startChild(settings: ChildSettings): Promise<ChildWorker> {
  const env = { ...process.env, WORKER_SETTINGS: JSON.stringify(settings) };
  const child = fork(compiledProgram(new URL('fixtures/worker.ts', import.meta.url)), {
    env,
    execArgv: settings.heapMb === undefined ? [] : [`--max-old-space-size=${String(settings.heapMb)}`],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  // What it has told before it ended may still be on its way.
  const exited = Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  const running: number[] = [];
  const observed: string[] = [];
  let name: string | undefined;
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  child.on('message', (message: Message) => {
    if ('name' in message) name = message.name;
    else if ('running' in message) running.push(message.running);
    else observed.push(message.observed);
  });
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  try {
    const started = await eventually('the worker is up', () => {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The worker ended: ${complaints}`);
      return name;
    });
    return {
      name: started,
      running,
      observed,
      exited,
      signal: (signal) => child.kill(signal),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}
