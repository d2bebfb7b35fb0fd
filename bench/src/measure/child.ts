import { createTail, eachLine, endGroupOnExit, Failure, signalGroup } from '@shop/tools';
import { fork } from 'node:child_process';
import path from 'node:path';
import { openLine, type Line, type Message } from '../process/line.js';
import type { ChildMessages, ParentMessages } from '../process/messages.js';
import type { Settings } from '../process/settings.js';

const ENTRY = path.resolve(import.meta.dirname, '..', 'process', 'main.js');
const KEPT_LINES = 20;

/** A process of a contestant, as its parent sees it. */
export interface Child extends Line<ParentMessages, ChildMessages> {
  /** Rejects when it ends, for whatever reason. So does `hear`. */
  readonly failed: Promise<never>;
  /** Waits for its end; what does not end within `graceMs` is ended. */
  end(graceMs?: number): Promise<void>;
}

/** Starts a process of a contestant. */
export function startChild(settings: Settings): Child {
  const name = `${settings.contestant} (${settings.role})`;
  const child = fork(ENTRY, [JSON.stringify(settings)], {
    detached: true, // a group of its own, which can be ended whatever becomes of this process
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced', // typed arrays go over as they are
    execArgv: settings.role === 'consume' && settings.watchMemory ? ['--expose-gc'] : [],
  });
  const callOff = endGroupOnExit(child.pid ?? 0, 1);
  const tail = createTail(KEPT_LINES);
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) eachLine(stream, (line) => { tail.push(line); }); // prettier-ignore
  }
  const line = openLine<ParentMessages, ChildMessages>(
    (message) => child.send(message),
    (listener) => child.on('message', (message) => { listener(message as Message); }), // prettier-ignore
  );
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      callOff();
      resolve(code);
    });
  });
  const failed = exited.then((code): never => {
    throw new Failure(`${name} ended with ${code === null ? 'a signal' : `exit code ${String(code)}`}.`, tail.last());
  });
  failed.catch(() => undefined);

  return {
    failed,
    say: line.say,
    on: line.on,
    hear: (name) => Promise.race([line.hear(name), failed]),
    async end(graceMs = 10_000) {
      const timer = setTimeout(() => {
        if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
      }, graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}
