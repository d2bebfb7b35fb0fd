import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

/** Ends process group $1: politely (a frozen one has to be woken for that), then for good once it had $2 seconds. */
const END_GROUP =
  'kill -s TERM -- "-$1"; kill -s CONT -- "-$1"; n=0; while [ $n -lt "$2" ] && kill -s 0 -- "-$1"; do sleep 1; n=$((n+1)); done; kill -s KILL -- "-$1"';

/**
 * Runs a shell script once this process is gone, however it went (exit, crash, SIGKILL), so that nothing stays behind.
 * It works without a signal or a hook: the shell waits for the end of a pipe that the system closes with this process.
 * @param args the script's $1, $2, …
 * @returns calls it off
 */
export function runOnExit(script: string, args: readonly string[]): () => void {
  const shell = spawn('/bin/sh', ['-c', `read -r _; ${script}`, 'on-exit', ...args], {
    cwd: '/',
    detached: true, // a Ctrl-C in the terminal must not reach it
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.on('error', () => {
    // Without a shell nothing is cleaned up after a crash; an orderly stop does not depend on it.
  });
  shell.stdin.on('error', () => {
    // The shell was called off while the pipe was open.
  });
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref();
  return () => shell.kill('SIGKILL');
}

/**
 * Ends a process group once this process is gone.
 * @param group the id of the group's first process
 * @param graceSeconds how long it has between SIGTERM and SIGKILL
 * @returns calls it off
 */
export function endGroupOnExit(group: number, graceSeconds: number): () => void {
  return runOnExit(END_GROUP, [String(group), String(graceSeconds)]);
}

/**
 * Removes a folder once this process is gone, a moment later, so that whoever writes in it has ended before.
 * @returns calls it off
 */
export function removeOnExit(directory: string): () => void {
  return runOnExit('sleep 2; rm -rf -- "$1"', [directory]);
}
