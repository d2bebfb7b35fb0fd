import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

/** Ends process group $1: SIGTERM (with SIGCONT, because it may be frozen by SIGSTOP), and SIGKILL after $2 seconds. */
const END_GROUP =
  'kill -s TERM -- "-$1"; kill -s CONT -- "-$1"; n=0; while [ $n -lt "$2" ] && kill -s 0 -- "-$1"; do sleep 1; n=$((n+1)); done; kill -s KILL -- "-$1"';

/**
 * Runs a shell script when this process has ended, even by a crash or SIGKILL. It needs no signal handler: the shell waits until
 * a pipe is closed, which the system does when this process ends.
 * @param args the script's $1, $2, …
 * @returns a function that cancels it
 */
export function runOnExit(script: string, args: readonly string[]): () => void {
  const shell = spawn('/bin/sh', ['-c', `read -r _; ${script}`, 'on-exit', ...args], {
    cwd: '/',
    detached: true, // a Ctrl-C in the terminal must not reach it
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.on('error', () => {
    // Without /bin/sh, a crash leaves processes behind. A normal stop does not need it.
  });
  shell.stdin.on('error', () => {
    // The shell was cancelled while the pipe was open.
  });
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref();
  return () => shell.kill('SIGKILL');
}

/**
 * Ends a process group when this process has ended.
 * @param group the id of the group's first process
 * @param graceSeconds the time between SIGTERM and SIGKILL
 * @returns a function that cancels it
 */
export function endGroupOnExit(group: number, graceSeconds: number): () => void {
  return runOnExit(END_GROUP, [String(group), String(graceSeconds)]);
}

/**
 * Removes a folder when this process has ended. It waits two seconds, so that processes that write into it have ended, too.
 * @returns a function that cancels it
 */
export function removeOnExit(directory: string): () => void {
  return runOnExit('sleep 2; rm -rf -- "$1"', [directory]);
}
