import { spawn } from 'node:child_process';

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
const EXIT_INTERRUPTED = 130;
/** A signal this soon after the first is its echo: npm hands on what the terminal has sent already. */
const ECHO_MS = 500;

/**
 * Runs a command that has the screen to itself. All of it goes to stderr: stdout belongs to the command that is set up. A signal
 * ends both: the command first, a second signal at once.
 * @param {string} title what is being done, for people
 * @param {string} shown the command, for people
 * @param {{ command: string, args: readonly string[], cwd: string, deadlineMs: number }} options
 * @returns {Promise<boolean>} whether it worked; why not, was printed
 */
export function runStep(title, shown, { command, args, cwd, deadlineMs }) {
  const startedAt = performance.now();
  console.error(`setup  ${title} …`);
  const child = spawn(command, args, { cwd, timeout: deadlineMs, stdio: ['ignore', process.stderr, process.stderr] });
  let leavingSince = 0;
  // An interrupted npm takes back what it has begun. Whoever starts again at once must not meet it at that.
  const leave = () => {
    if (leavingSince === 0) {
      leavingSince = performance.now();
      child.kill('SIGTERM');
    } else if (performance.now() - leavingSince > ECHO_MS) child.kill('SIGKILL');
  };
  for (const signal of SIGNALS) process.on(signal, leave);
  return new Promise((resolve) => {
    const settle = (/** @type {string} */ problem) => {
      if (leavingSince > 0) process.exit(EXIT_INTERRUPTED);
      for (const signal of SIGNALS) process.off(signal, leave);
      const took = `${Math.round((performance.now() - startedAt) / 1000)}s`;
      console.error(problem === '' ? `setup  ${title} … done in ${took}` : `\n\`${shown}\` failed: ${problem}.`);
      resolve(problem === '');
    };
    child.once('error', (error) => {
      settle('code' in error && error.code === 'ENOENT' ? 'not found' : error.message);
    });
    child.once('exit', (code, signal) => {
      if (child.killed) settle(`no end after ${deadlineMs / 1000}s`);
      else settle(code === 0 ? '' : signal === null ? `exit code ${code}` : `ended by ${signal}`);
    });
  });
}
