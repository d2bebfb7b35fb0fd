import { fork } from 'node:child_process';
import { once } from 'node:events';
import { compiledProgram, eventually } from '@repo/testing';
import type { ConsumerOptions, EventsModuleOptions } from 'nestjs-event-streams';
import type { History, Message } from './history.js';

/** What a process does; see `fixtures/worker.ts`. */
export interface ChildSettings {
  redis: EventsModuleOptions['redis'];
  prefix: string;
  partitions?: number;
  /** Leave it out for a process that only publishes. */
  consumer?: ConsumerOptions;
  /** It publishes to each of these keys, one event after the other, until it is told to stop. */
  keys?: readonly string[];
  /** How long a handler takes, in milliseconds. */
  pauseMs?: number;
}

/** A process of its own that runs the built library, and reports to a history. */
export interface Child extends AsyncDisposable {
  /** Its consumer's name. */
  readonly name: string;
  signal(signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** Resolves when it has ended. */
  readonly exited: Promise<unknown>;
}

export async function startChild(history: History, settings: ChildSettings): Promise<Child> {
  const child = fork(compiledProgram(new URL('fixtures/worker.ts', import.meta.url)), {
    env: { ...process.env, CHILD_SETTINGS: JSON.stringify(settings) },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  // What it has told before it ended may still be on its way.
  const exited = Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  let name: string | undefined;
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  child.on('message', (message: Message | { name: string }) => {
    if ('name' in message) name = message.name;
    else history.take(message);
  });
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  try {
    const started = await eventually('the process is up', () => {
      if (child.exitCode !== null) throw new Error(`The process ended: ${complaints}`);
      return name;
    });
    return { name: started, exited, signal: (signal) => child.kill(signal), [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}
