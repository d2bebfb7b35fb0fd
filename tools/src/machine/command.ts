import { spawn } from 'node:child_process';
import { createTail, eachLine } from '../terminal/lines.js';
import { endGroupOnExit } from './on-exit.js';
import { signalGroup } from './signal-group.js';

const KEPT_LINES = 2000;

/** How long a command that ran out of time has between SIGTERM and SIGKILL. */
const GRACE_MS = 3000;

export interface CommandResult {
  /** Whether it ended with exit code 0. */
  readonly ok: boolean;
  /** Why it is not ok, in a few words: `exit code 1`, `not found`, `no end after 60s`. */
  readonly problem: string;
  /** Its last lines of standard output. */
  readonly stdout: string[];
  /** Its last lines of standard output and error, in the order they came. */
  readonly output: string[];
}

/**
 * Runs a command to its end, or to its deadline; it never throws, the result says how it went.
 * @param options `env` is added to the environment
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
    detached: true, // a group of its own, so that a deadline ends what it has started as well
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
  const callOff = group === undefined ? undefined : endGroupOnExit(group, GRACE_MS / 1000);

  return new Promise((resolve) => {
    let late = false;
    let grace: NodeJS.Timeout | undefined;
    const settle = (problem: string) => {
      clearTimeout(deadline);
      clearTimeout(grace);
      callOff?.();
      resolve({ ok: problem === '', problem, stdout: stdout.last(), output: output.last() });
    };
    const deadline = setTimeout(() => {
      late = true;
      if (group === undefined) return;
      signalGroup(group, 'SIGTERM');
      grace = setTimeout(() => {
        signalGroup(group, 'SIGKILL');
        child.stdout.destroy();
        child.stderr.destroy();
        settle(lateness(deadlineMs));
      }, GRACE_MS);
    }, deadlineMs);

    child.on('error', (error) => {
      settle('code' in error && error.code === 'ENOENT' ? 'not found' : error.message);
    });
    child.on('close', (code, signal) => {
      if (late) settle(lateness(deadlineMs));
      else if (signal !== null) settle(`ended by ${signal}`);
      else settle(code === 0 ? '' : `exit code ${String(code)}`);
    });
  });
}

function lateness(deadlineMs: number) {
  return `no end after ${String(deadlineMs / 1000)}s`;
}

/** The line of a command's output that says best what went wrong: the first that looks like an error, else the last. */
export function complaintOf(output: readonly string[]): string {
  return findComplaint(output) ?? output.at(-1) ?? 'no output';
}

/** The first line that looks like an error or a warning; some commands complain and yet end with exit code 0. */
export function findComplaint(output: readonly string[]): string | undefined {
  return output.find((line) => /^(E:|W:|docker:|(npm )?error|fatal)/i.test(line));
}
