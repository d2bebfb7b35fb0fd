import { spawn } from 'node:child_process';
import os from 'node:os';
import { listenForInterruption } from './interruption.js';
import { endGroupOnExit } from './on-exit.js';
import { signalGroup } from './signal-group.js';

/**
 * Runs a Node.js script that has the screen to itself.
 * @param args the script and its arguments
 * @param env is added to the environment
 */
export function runOnScreen(
  args: readonly string[],
  env: Record<string, string | undefined>,
): { exitCode: Promise<number>; signal: (signal: NodeJS.Signals) => void } {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    detached: true, // one Ctrl-C must reach it once, by `signal`, not again by the terminal and by npm
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const group = child.pid;
  const callOff = group === undefined ? undefined : endGroupOnExit(group, 5);
  const exitCode = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      callOff?.();
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
 * Runs a Node.js script as if it were this process: signals reach it, its exit code is returned.
 * @param args the script and its arguments
 * @param env is added to the environment
 */
export function becomeScript(args: readonly string[], env: Record<string, string | undefined>): Promise<number> {
  const { exitCode, signal } = runOnScreen(args, env);
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
