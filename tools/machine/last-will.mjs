import { spawn } from 'node:child_process';

/** Ends process group $1: politely (a frozen one has to be woken for that), then for good once it had $2 seconds. */
const END_GROUP =
  'kill -s TERM -- "-$1"; kill -s CONT -- "-$1"; n=0; while [ $n -lt "$2" ] && kill -s 0 -- "-$1"; do sleep 1; n=$((n+1)); done; kill -s KILL -- "-$1"';

/**
 * Runs a shell script once this process is gone, however it went (exit, crash, SIGKILL), so that nothing stays behind.
 * It works without a signal or a hook: the shell waits for the end of a pipe that the system closes with this process.
 * @param {string} script
 * @param {readonly string[]} args the script's $1, $2, …
 * @returns {() => void} calls it off
 */
export function lastWill(script, args) {
  const shell = spawn('/bin/sh', ['-c', `read -r _; ${script}`, 'last-will', ...args], {
    cwd: '/',
    detached: true, // a Ctrl-C in the terminal must not reach it
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.on('error', () => {
    // Without a shell there is no last will; the orderly way of stopping does not depend on it.
  });
  shell.stdin.on('error', () => {
    // The shell was called off while the pipe was open.
  });
  shell.unref();
  if ('unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref();
  return () => shell.kill('SIGKILL');
}

/**
 * Ends a process group once this process is gone.
 * @param {number} group the id of the group's first process
 * @param {number} graceSeconds how long it has between SIGTERM and SIGKILL
 * @returns {() => void} calls it off
 */
export function endGroupAfterMe(group, graceSeconds) {
  return lastWill(END_GROUP, [String(group), String(graceSeconds)]);
}

/**
 * Removes a folder once this process is gone, a moment later, so that whoever writes in it has ended before.
 * @param {string} directory
 * @returns {() => void} calls it off
 */
export function removeAfterMe(directory) {
  return lastWill('sleep 2; rm -rf -- "$1"', [directory]);
}
