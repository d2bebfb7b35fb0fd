import { spawn, type ChildProcess } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { eventually } from '@repo/testing';

const BIN = fileURLToPath(new URL('../bin/events.mjs', import.meta.url));

/** How a command line ended. */
export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
  /** What it wrote as JSON, a row a line. */
  rows<T = Record<string, unknown>>(): T[];
}

/** A command line that runs. */
export interface RunningCli extends AsyncDisposable {
  readonly process: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Waits until stdout has this. */
  shows(text: string | RegExp): Promise<void>;
  /** Sends a signal, if one is given, and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<CliResult>;
}

/** What surrounds a command line. */
export interface Surroundings {
  env?: Readonly<Record<string, string>>;
  /** A folder whose project is none, unless it is said. */
  cwd?: string;
  /** What comes on stdin, which ends after it. */
  input?: string;
}

/** Starts the built program as a process of its own. */
export function startCli(
  args: readonly string[],
  { env = {}, cwd = os.tmpdir(), input }: Surroundings = {},
): RunningCli {
  const child = spawn(process.execPath, [BIN, ...args], { env: { PATH: process.env['PATH'], ...env }, cwd });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // It may end without having read all of it.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const ended = new Promise<CliResult>((resolve) => {
    child.once('close', (code) => {
      const rows = <T>(): T[] =>
        stdout
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as T);
      resolve({ code, stdout, stderr, rows });
    });
  });
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    async shows(text) {
      const has = (): boolean => (typeof text === 'string' ? stdout.includes(text) : text.test(stdout));
      await eventually(`it shows ${String(text)} (${stderr})`, has);
    },
    end(signal) {
      if (signal) child.kill(signal);
      return ended;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Runs the built program to its end. */
export async function runCli(args: readonly string[], surroundings: Surroundings = {}): Promise<CliResult> {
  await using running = startCli(args, surroundings);
  return await running.end();
}
