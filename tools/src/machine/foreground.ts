import { spawn } from 'node:child_process';
import os from 'node:os';
import { listenForInterruption } from './interruption.js';
import { endGroupOnExit } from './on-exit.js';
import { signalGroup } from './signal-group.js';

/**
 * Starts a Node.js script with the output of this process.
 * @param args the script and its arguments
 * @param env is added to the environment of this process
 */
export function startInForeground(
  args: readonly string[],
  env: Record<string, string | undefined>,
): { exitCode: Promise<number>; signal: (signal: NodeJS.Signals) => void } {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    detached: true, // a Ctrl-C must reach it once, by `signal()`, and not also from the terminal and from npm
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const group = child.pid;
  const cancel = group === undefined ? undefined : endGroupOnExit(group, 5);
  const exitCode = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      cancel?.();
      resolve(code ?? 128 + (signal === null ? 0 : os.constants.signals[signal]));
    });
  });
  return {
    exitCode,
    signal(signal) {
      if (group !== undefined && child.exitCode === null && child.signalCode === null) signalGroup(group, signal);
    },
  };
}

/**
 * Runs a Node.js script in place of this process: it gets the signals of this process, and its exit code is returned.
 * @param args the script and its arguments
 * @param env is added to the environment of this process
 */
export function runInForeground(args: readonly string[], env: Record<string, string | undefined>): Promise<number> {
  const { exitCode, signal } = startInForeground(args, env);
  listenForInterruption({
    first: (cause) => {
      signal(cause === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
    },
    again: () => {
      signal('SIGKILL');
    },
  });
  return exitCode;
}
