import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { endGroupOnExit } from '../machine/on-exit.js';
import { signalGroup } from '../machine/signal-group.js';
import { ROOT } from '../root.js';
import { createTail, eachLine } from '../terminal/lines.js';
import { formatDuration } from './duration.js';
import { restartDelayMs, restartsAfter } from '../machine/restart-delay.js';
import type { PlannedApp } from './apps.js';

/** The exit code of an app that refuses its configuration (EX_CONFIG of sysexits.h): starting it again would not help. */
const EXIT_CONFIG = 78;

/**
 * A young generation of the heap that is large enough for what a busy app has in hand: what is still in use when it is
 * full is copied, twice. No larger, since three of it count against the memory of a container. The images do the same.
 */
const NODE_OPTIONS = ['--enable-source-maps', '--max-semi-space-size=32'];

const KEPT_LINES = 200;

export interface AppListener {
  /** The app has said something. */
  readonly line: (line: string) => void;
  /** Something happened to the app that people should know. */
  readonly notice: (text: string) => void;
  /** It ended by itself; what it said is given. */
  readonly failed: (failure: { reason: string; output: readonly string[] }) => void;
}

export type AppProcess = ReturnType<typeof keepRunning>;

/**
 * Runs an app until it is stopped: one that ends by itself is started again, after half a second at first and after up
 * to 30 s when it keeps ending. One that was stopped or killed from here stays so until `start`.
 */
export function keepRunning(app: PlannedApp, env: Readonly<Record<string, string | undefined>>, listener: AppListener) {
  const tail = createTail(KEPT_LINES);
  let restarts = 0;
  let stopping = false;
  let wasHealthy = false;
  let child: ChildProcess | null = null;
  let restart: NodeJS.Timeout | undefined;
  /** Resolves when the process that was launched last has ended, and its output with it. */
  let gone = Promise.resolve();
  let onRefused: (reason: string) => void = () => undefined;
  /** resolves with the reason where it refuses its configuration before it was ever healthy */
  const refused = new Promise<string>((resolve) => {
    onRefused = resolve;
  });

  const launch = () => {
    const startedAt = performance.now();
    tail.clear();
    const started = spawn(process.execPath, [...NODE_OPTIONS, path.join(ROOT, app.entry)], {
      cwd: ROOT,
      env: { ...process.env, ...env, ...app.env },
      detached: true, // a group of its own: a Ctrl-C in the terminal must not end the apps all at once, in any order
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    let onGone: () => void = () => undefined;
    gone = new Promise((resolve) => {
      onGone = resolve;
    });
    const callOff = started.pid === undefined ? () => false : endGroupOnExit(started.pid, 10);
    const onLine = (line: string) => {
      tail.push(line);
      listener.line(line);
    };
    eachLine(started.stdout, onLine);
    eachLine(started.stderr, onLine);
    started.once('exit', () => {
      callOff();
      if (started.pid !== undefined) signalGroup(started.pid, 'SIGKILL'); // whatever it has started itself
    });
    const settle = (reason: string, code: number | null) => {
      if (child !== started) return; // both an error and an end may be told of one process
      child = null;
      if (code === EXIT_CONFIG && !wasHealthy) onRefused(`${app.title} refuses its configuration`);
      else ended(reason, performance.now() - startedAt);
      onGone();
    };
    started.once('error', (error) => {
      settle(error.message, null);
    });
    started.once('close', (code, signal) => {
      settle(signal ?? `exit code ${String(code)}`, code);
    });
  };

  const ended = (reason: string, upMs: number) => {
    if (stopping) return;
    listener.failed({ reason, output: tail.last() });
    restarts = restartsAfter(restarts, upMs);
    const delayMs = restartDelayMs(restarts);
    restarts += 1;
    listener.notice(
      `${app.title} ended with ${reason} after ${formatDuration(upMs)}; starting it again in ${String(delayMs / 1000)}s`,
    );
    restart = setTimeout(launch, delayMs);
  };

  return {
    app,
    refused,
    start() {
      stopping = false;
      restarts = 0;
      launch();
    },
    tail: (count: number) => tail.last(count),
    isRunning: () => child !== null,
    /** Of the process that runs; undefined where none does. */
    pid: () => child?.pid,
    /** From now on, an exit is a crash, whatever its code. */
    markHealthy() {
      wasHealthy = true;
    },
    /**
     * Sends it a signal.
     * @returns whether there was a process to get it
     */
    signal(signal: NodeJS.Signals): boolean {
      if (child?.pid === undefined) return false;
      signalGroup(child.pid, signal);
      return true;
    },
    /**
     * Stops it: SIGTERM, and SIGKILL when the deadline has passed.
     * @returns whether it ended by itself
     */
    async stop(deadlineMs: number): Promise<boolean> {
      stopping = true;
      clearTimeout(restart);
      const group = child?.pid;
      if (group === undefined) return true;
      let forced = false;
      const timer = setTimeout(() => {
        forced = true;
        signalGroup(group, 'SIGKILL');
      }, deadlineMs);
      signalGroup(group, 'SIGTERM');
      signalGroup(group, 'SIGCONT'); // a frozen app would not see the end coming
      await gone;
      clearTimeout(timer);
      return !forced;
    },
    /** Ends it at once; resolves when it has ended. */
    async kill() {
      stopping = true;
      clearTimeout(restart);
      if (child?.pid === undefined) return;
      signalGroup(child.pid, 'SIGKILL');
      await gone;
    },
  };
}
