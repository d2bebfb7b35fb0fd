import { createTail, eachLine, endGroupOnExit, Failure, signalGroup } from '@shop/tools';
import { fork } from 'node:child_process';
import path from 'node:path';
import { openChannel, type Channel, type Message } from '../process/channel.js';
import type { ChildMessages, ParentMessages } from '../process/messages.js';
import type { Settings } from '../process/settings.js';

const ENTRY = path.resolve(import.meta.dirname, '..', 'process', 'main.js');
const KEPT_LINES = 20;

/** A process of a contestant, as its parent sees it. */
export interface Child extends Channel<ParentMessages, ChildMessages> {
  /** Rejects when the process has exited, for any reason. So does `receive`. */
  readonly failed: Promise<never>;
  /** Waits until the process has exited, and kills it after `graceMs`. */
  end(graceMs?: number): Promise<void>;
}

/** Starts a process of a contestant. */
export function startChild(settings: Settings): Child {
  const name = `${settings.contestant} (${settings.role})`;
  const child = fork(ENTRY, [JSON.stringify(settings)], {
    detached: true, // its own process group, which is ended even if this process is killed
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced', // keeps typed arrays
    execArgv: settings.role === 'consume' && settings.watchMemory ? ['--expose-gc'] : [],
  });
  const cancel = endGroupOnExit(child.pid ?? 0, 1);
  const tail = createTail(KEPT_LINES);
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) eachLine(stream, (line) => { tail.push(line); }); // prettier-ignore
  }
  const channel = openChannel<ParentMessages, ChildMessages>(
    (message) => child.send(message),
    (listener) => child.on('message', (message) => { listener(message as Message); }), // prettier-ignore
  );
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      cancel();
      resolve(code);
    });
  });
  const failed = exited.then((code): never => {
    throw new Failure(`${name} ended with ${code === null ? 'a signal' : `exit code ${String(code)}`}.`, tail.last());
  });
  failed.catch(() => undefined);

  return {
    failed,
    send: channel.send,
    on: channel.on,
    receive: (name) => Promise.race([channel.receive(name), failed]),
    async end(graceMs = 10_000) {
      const timer = setTimeout(() => {
        if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
      }, graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}
