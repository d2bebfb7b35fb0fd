import { spawn } from 'node:child_process';
import { createTail, eachLine } from '../terminal/lines.mjs';
import { endGroupAfterMe } from './last-will.mjs';
import { signalGroup } from './signal-group.mjs';

const KEPT_LINES = 2000;

/** How long a command that ran out of time has between SIGTERM and SIGKILL. */
const GRACE_MS = 3000;

/**
 * @typedef {object} CommandResult
 * @property {boolean} ok whether it ended with exit code 0
 * @property {string} problem why it is not ok, in a few words: `exit code 1`, `not found`, `no end after 60s`
 * @property {string[]} stdout its last lines of standard output
 * @property {string[]} output its last lines of standard output and error, in the order they came
 */

/**
 * Runs a command to its end, or to its deadline; it never throws, the result says how it went.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ deadlineMs: number, cwd?: string, env?: Record<string, string | undefined> }} options `env` is added to the environment
 * @returns {Promise<CommandResult>}
 */
export function run(command, args, { deadlineMs, cwd, env }) {
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
  const callOff = group === undefined ? undefined : endGroupAfterMe(group, GRACE_MS / 1000);

  return new Promise((resolve) => {
    let late = false;
    /** @type {NodeJS.Timeout | undefined} */
    let grace;
    const settle = (/** @type {string} */ problem) => {
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

/** @param {number} deadlineMs */
function lateness(deadlineMs) {
  return `no end after ${String(deadlineMs / 1000)}s`;
}

/**
 * The line of a command's output that says best what went wrong: the first that looks like an error, else the last.
 * @param {readonly string[]} output
 * @returns {string}
 */
export function complaintOf(output) {
  return findComplaint(output) ?? output.at(-1) ?? 'no output';
}

/**
 * The first line that looks like an error or a warning; some commands complain and yet end with exit code 0.
 * @param {readonly string[]} output
 * @returns {string | undefined}
 */
export function findComplaint(output) {
  return output.find((line) => /^(E:|W:|docker:|(npm )?error|fatal)/i.test(line));
}
