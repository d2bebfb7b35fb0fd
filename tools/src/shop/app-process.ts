import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { endGroupOnExit } from '../machine/on-exit.js';
import { signalGroup } from '../machine/signal-group.js';
import { ROOT } from '../root.js';
import { createTail, eachLine } from '../terminal/lines.js';
import { formatDuration, formatSeconds } from '../terminal/duration.js';
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

/** Runs an app until `stop()` or `kill()`, and restarts it when it exits by itself: after half a second at first, and after up to 30 s if it exits again and again. */
export class AppProcess {
  /** Resolves with the reason if the app rejects its configuration before it was ever healthy. */
  readonly refused: Promise<string>;
  private onRefused!: (reason: string) => void;
  private readonly lastLines = createTail(KEPT_LINES);
  private restarts = 0;
  private stopping = false;
  private wasHealthy = false;
  private child: ChildProcess | null = null;
  private restart: NodeJS.Timeout | undefined;
  /** Resolves when the last process has exited and all its output has been read. */
  private gone = Promise.resolve();

  constructor(
    readonly app: PlannedApp,
    private readonly env: Readonly<Record<string, string | undefined>>,
    private readonly listener: AppListener,
  ) {
    this.refused = new Promise((resolve) => (this.onRefused = resolve));
  }

  get isRunning(): boolean {
    return this.child !== null;
  }

  /** The id of the running process; undefined if there is none. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  start() {
    this.stopping = false;
    this.restarts = 0;
    this.launch();
  }

  /** The last lines of its output. */
  tail(count: number): string[] {
    return this.lastLines.last(count);
  }

  /** From now on the app is restarted even if it exits with the code for an invalid configuration. */
  markHealthy() {
    this.wasHealthy = true;
  }

  /**
   * Sends the app a signal.
   * @returns whether a process was running
   */
  signal(signal: NodeJS.Signals): boolean {
    if (this.pid === undefined) return false;
    signalGroup(this.pid, signal);
    return true;
  }

  /**
   * Stops the app with SIGTERM, and after the deadline with SIGKILL.
   * @returns whether it exited before the deadline
   */
  async stop(deadlineMs: number): Promise<boolean> {
    this.endRestarts();
    const group = this.pid;
    if (group === undefined) return true;
    let forced = false;
    const timer = setTimeout(() => {
      forced = true;
      signalGroup(group, 'SIGKILL');
    }, deadlineMs);
    signalGroup(group, 'SIGTERM');
    signalGroup(group, 'SIGCONT'); // a frozen app handles no signal
    await this.gone;
    clearTimeout(timer);
    return !forced;
  }

  /** Kills the app. Resolves when it has ended. */
  async kill() {
    this.endRestarts();
    if (this.signal('SIGKILL')) await this.gone;
  }

  private endRestarts() {
    this.stopping = true;
    clearTimeout(this.restart);
  }

  private launch() {
    const startedAt = performance.now();
    this.lastLines.clear();
    const child = this.spawn();
    this.child = child;
    let onGone: () => void = () => undefined;
    this.gone = new Promise((resolve) => (onGone = resolve));
    const settle = (reason: string, code: number | null) => {
      if (this.child !== child) return; // a process can emit both `error` and `close`
      this.child = null;
      if (code === EXIT_CONFIG && !this.wasHealthy) {
        this.onRefused(`the configuration of ${this.app.title} is not valid`);
      } else if (!this.stopping) this.restartAfter(reason, performance.now() - startedAt);
      onGone();
    };
    child.once('error', (error) => {
      settle(error.message, null);
    });
    child.once('close', (code, signal) => {
      settle(signal ?? `exit code ${String(code)}`, code);
    });
  }

  /** A process whose lines go to the listener, and whose child processes end with it. */
  private spawn(): ChildProcess {
    const child = spawn(process.execPath, [...NODE_OPTIONS, path.join(ROOT, this.app.entry)], {
      cwd: ROOT,
      env: { ...process.env, ...this.env, ...this.app.env },
      detached: true, // its own process group: a Ctrl-C in the terminal must not end all apps at once
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const onLine = (line: string) => {
      this.lastLines.push(line);
      this.listener.line(line);
    };
    eachLine(child.stdout, onLine);
    eachLine(child.stderr, onLine);
    const group = child.pid;
    if (group === undefined) return child;
    const cancel = endGroupOnExit(group, 10);
    child.once('exit', () => {
      cancel();
      signalGroup(group, 'SIGKILL');
    });
    return child;
  }

  private restartAfter(reason: string, upMs: number) {
    this.listener.failed({ reason, output: this.lastLines.last() });
    this.restarts = restartsAfter(this.restarts, upMs);
    const delayMs = restartDelayMs(this.restarts);
    this.restarts += 1;
    this.listener.notice(
      `${this.app.title} ended with ${reason} after ${formatDuration(upMs)}; restarting it in ${formatSeconds(delayMs)}`,
    );
    this.restart = setTimeout(() => {
      this.launch();
    }, delayMs);
  }
}
