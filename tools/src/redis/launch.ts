import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { endGroupOnExit } from '../machine/on-exit.js';
import { signalGroup } from '../machine/signal-group.js';
import { createTail, eachLine } from '../terminal/lines.js';
import type { RedisBinary } from './find.js';
import { formatSeconds } from '../terminal/duration.js';

/** Servers that are started here listen on the loopback interface only. */
export const HOST = '127.0.0.1';

const START_DEADLINE_MS = 20_000;
const STOP_DEADLINE_MS = 5000;
const KEPT_LINES = 100;

/**
 * What a server logs when it has loaded its data and listens. To ask the port would not be enough, because another process may
 * listen there.
 */
const READY = 'Ready to accept connections';

/** How a process has ended: either `code` or `signal` is set. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export type Launched = ReturnType<typeof launch>;

/** Starts the program of a Redis server. `ready` resolves when it serves, or with the reason if it does not; `exited` when it has ended. */
export function launch(
  binary: RedisBinary,
  { port, dir, args }: { port: number; dir: string; args: readonly string[] },
) {
  const settings = ['--port', String(port), '--bind', HOST, '--dir', dir, '--daemonize', 'no'];
  const persistence = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''];
  // By default, Redis rewrites the append-only file from 64 MB on, which takes a processor core for seconds. These servers rarely
  // live long enough to be started from that file.
  const rewriting = ['--auto-aof-rewrite-min-size', '512mb'];
  const logging = ['--loglevel', 'notice', '--logfile', ''];
  const child = spawn(binary.command, [...settings, ...persistence, ...rewriting, ...args, ...logging], {
    env: { ...process.env, ...binary.env },
    detached: true, // its own process group: a Ctrl-C in the terminal must not end it before its clients
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const cancel = child.pid === undefined ? () => false : endGroupOnExit(child.pid, 1);

  const exited = new Promise<Ending>((resolve) => {
    child.once('exit', (code, signal) => {
      cancel();
      resolve({ code, signal });
    });
    child.once('error', () => {
      resolve({ code: 127, signal: null });
    });
  });

  const tail = createTail(KEPT_LINES);
  const ready = readiness(child, (line) => {
    tail.push(line);
  });
  const send = (signal: NodeJS.Signals) => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) signalGroup(child.pid, signal);
  };
  const end = async () => {
    send('SIGTERM');
    send('SIGCONT'); // a frozen server handles no signal
    const timer = setTimeout(() => {
      send('SIGKILL');
    }, STOP_DEADLINE_MS);
    await exited;
    clearTimeout(timer);
  };
  return { child, tail, ready, exited, send, end };
}

/** Resolves with null when the server is ready, or with why it is not. @param push is given each line of its log */
function readiness(child: ChildProcessByStdio<null, Readable, Readable>, push: (line: string) => void) {
  return new Promise<string | null>((resolve) => {
    const deadline = setTimeout(() => {
      resolve(`it was not ready within ${formatSeconds(START_DEADLINE_MS)}`);
    }, START_DEADLINE_MS);
    const settle = (problem: string | null) => {
      clearTimeout(deadline);
      resolve(problem);
    };
    const onLine = (line: string) => {
      push(line);
      if (line.includes(READY)) settle(null);
    };
    eachLine(child.stdout, onLine);
    eachLine(child.stderr, onLine);
    child.once('error', (error) => {
      settle(error.message);
    });
    child.once('close', (code, signal) => {
      settle(`it ended with ${signal ?? `exit code ${String(code)}`}`);
    });
  });
}
