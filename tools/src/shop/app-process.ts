import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { endGroupOnExit } from '../machine/on-exit.js';
import { signalGroup } from '../machine/signal-group.js';
import { ROOT } from '../root.js';
import { createTail, eachLine } from '../terminal/lines.js';
import { formatDuration } from './duration.js';
import { restartDelayMs, restartsAfter } from '../machine/restart-delay.js';
import type { PlannedApp } from './apps.js';

/** The exit code of an app whose configuration is not valid (EX_CONFIG of sysexits.h). A restart would not help. */
const EXIT_CONFIG = 78;

/**
 * As in the Dockerfile. The young generation of the heap is large enough for the events that a busy app has in flight: what is
 * still in use when it is full is copied, twice. It is not larger, because three times its size counts against a container's memory.
 */
const NODE_OPTIONS = ['--enable-source-maps', '--max-semi-space-size=32'];

const KEPT_LINES = 200;

export interface AppListener {
  /** Called with each line of the app's output. */
  readonly line: (line: string) => void;
  /** Called with a message for people about the app's process. */
  readonly notice: (text: string) => void;
  /** Called when the app has exited by itself, with its last lines. */
  readonly failed: (failure: { reason: string; output: readonly string[] }) => void;
}

export type AppProcess = ReturnType<typeof superviseApp>;

/**
 * Runs an app until `stop()` or `kill()`, and restarts it whenever it exits by itself: after half a second at first, and after up to
 * 30 s if it exits again and again.
 */
export function superviseApp(
  app: PlannedApp,
  env: Readonly<Record<string, string | undefined>>,
  listener: AppListener,
) {
  const tail = createTail(KEPT_LINES);
  let restarts = 0;
  let stopping = false;
  let wasHealthy = false;
  let child: ChildProcess | null = null;
  let restart: NodeJS.Timeout | undefined;
  /** Resolves when the last process has exited and all its output has been read. */
  let gone = Promise.resolve();
  let onRefused: (reason: string) => void = () => undefined;
  /** Resolves with the reason if the app rejects its configuration before it was ever healthy. */
  const refused = new Promise<string>((resolve) => {
    onRefused = resolve;
  });

  const launch = () => {
    const startedAt = performance.now();
    tail.clear();
    const started = spawn(process.execPath, [...NODE_OPTIONS, path.join(ROOT, app.entry)], {
      cwd: ROOT,
      env: { ...process.env, ...env, ...app.env },
      detached: true, // its own process group: a Ctrl-C in the terminal must not end all apps at once
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    let onGone: () => void = () => undefined;
    gone = new Promise((resolve) => {
      onGone = resolve;
    });
    const cancel = started.pid === undefined ? () => false : endGroupOnExit(started.pid, 10);
    const onLine = (line: string) => {
      tail.push(line);
      listener.line(line);
    };
    eachLine(started.stdout, onLine);
    eachLine(started.stderr, onLine);
    started.once('exit', () => {
      cancel();
      if (started.pid !== undefined) signalGroup(started.pid, 'SIGKILL'); // its child processes
    });
    const settle = (reason: string, code: number | null) => {
      if (child !== started) return; // a process can emit both `error` and `close`
      child = null;
      if (code === EXIT_CONFIG && !wasHealthy) onRefused(`the configuration of ${app.title} is not valid`);
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
      `${app.title} ended with ${reason} after ${formatDuration(upMs)}; restarting it in ${String(delayMs / 1000)}s`,
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
    /** The id of the running process; undefined if there is none. */
    pid: () => child?.pid,
    /** From now on the app is restarted even if it exits with the code for an invalid configuration. */
    markHealthy() {
      wasHealthy = true;
    },
    /**
     * Sends the app a signal.
     * @returns whether a process was running
     */
    signal(signal: NodeJS.Signals): boolean {
      if (child?.pid === undefined) return false;
      signalGroup(child.pid, signal);
      return true;
    },
    /**
     * Stops the app with SIGTERM, and after the deadline with SIGKILL.
     * @returns whether it exited before the deadline
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
      signalGroup(group, 'SIGCONT'); // a frozen app handles no signal
      await gone;
      clearTimeout(timer);
      return !forced;
    },
    /** Kills the app. Resolves when it has ended. */
    async kill() {
      stopping = true;
      clearTimeout(restart);
      if (child?.pid === undefined) return;
      signalGroup(child.pid, 'SIGKILL');
      await gone;
    },
  };
}
