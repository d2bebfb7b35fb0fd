import { spawn } from 'node:child_process';
import { createTail, eachLine } from '../terminal/lines.js';
import { endGroupOnExit } from './on-exit.js';
import { signalGroup } from './signal-group.js';
import { formatSeconds } from '../terminal/duration.js';

const KEPT_LINES = 2000;

/** The time between SIGTERM and SIGKILL for a command that has exceeded its deadline. */
const KILL_GRACE_MS = 3000;

export interface CommandResult {
  /** Whether its exit code was 0. */
  readonly ok: boolean;
  /** Why it failed: `exit code 1`, `not found`, `not finished after 60s`; '' if it did not. */
  readonly problem: string;
  /** The last lines of standard output. */
  readonly stdout: string[];
  /** The last lines of standard output and standard error, in the order in which they came. */
  readonly output: string[];
}

/**
 * Runs a command until it exits or its deadline passes. Never throws: the result says whether it succeeded.
 * @param options `env` is added to the environment of this process
 */
export function run(
  command: string,
  args: readonly string[],
  { deadlineMs, cwd, env }: { deadlineMs: number; cwd?: string; env?: Record<string, string | undefined> },
): Promise<CommandResult> {
  const stdout = createTail(KEPT_LINES);
  const output = createTail(KEPT_LINES);
  const child = spawn(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    detached: true, // its own process group, so that the deadline ends its child processes, too
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  eachLine(child.stdout, (line) => {
    stdout.push(line);
    output.push(line);
  });
  eachLine(child.stderr, (line) => {
    output.push(line);
  });

  const group = child.pid;
  const cancel = group === undefined ? undefined : endGroupOnExit(group, KILL_GRACE_MS / 1000);

  return new Promise((resolve) => {
    let isTimedOut = false;
    let grace: NodeJS.Timeout | undefined;
    const settle = (problem: string) => {
      clearTimeout(deadline);
      clearTimeout(grace);
      cancel?.();
      resolve({ ok: problem === '', problem, stdout: stdout.last(), output: output.last() });
    };
    const deadline = setTimeout(() => {
      isTimedOut = true;
      if (group === undefined) return;
      signalGroup(group, 'SIGTERM');
      grace = setTimeout(() => {
        signalGroup(group, 'SIGKILL');
        child.stdout.destroy();
        child.stderr.destroy();
        settle(timeoutProblem(deadlineMs));
      }, KILL_GRACE_MS);
    }, deadlineMs);

    child.on('error', (error) => {
      settle('code' in error && error.code === 'ENOENT' ? 'not found' : error.message);
    });
    child.on('close', (code, signal) => {
      if (isTimedOut) settle(timeoutProblem(deadlineMs));
      else if (signal !== null) settle(`ended by ${signal}`);
      else settle(code === 0 ? '' : `exit code ${String(code)}`);
    });
  });
}

function timeoutProblem(deadlineMs: number) {
  return `not finished after ${formatSeconds(deadlineMs)}`;
}

/** The line of a command's output to show for a failure: the first that looks like an error, else the last. */
export function errorLineOf(output: readonly string[]): string {
  return findErrorLine(output) ?? output.at(-1) ?? 'no output';
}

/** The first line that looks like an error or a warning. Some commands print one and still exit with 0. */
export function findErrorLine(output: readonly string[]): string | undefined {
  return output.find((line) => /^(E:|W:|docker:|(npm )?error|fatal)/i.test(line));
}
