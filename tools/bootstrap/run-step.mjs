import { spawn } from 'node:child_process';

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
const EXIT_INTERRUPTED = 130;

/**
 * Runs a command that has the screen to itself. All of it goes to stderr: stdout belongs to the command that is set up. A signal
 * ends both.
 * @param {string} title what is being done, for people
 * @param {string} shown the command, for people
 * @param {{ command: string, args: readonly string[], cwd: string, deadlineMs: number }} options
 * @returns {Promise<boolean>} whether it worked; why not, was printed
 */
export function runStep(title, shown, { command, args, cwd, deadlineMs }) {
  const startedAt = performance.now();
  console.error(`setup  ${title} …`);
  const child = spawn(command, args, { cwd, timeout: deadlineMs, stdio: ['ignore', process.stderr, process.stderr] });
  const leave = () => {
    child.kill('SIGTERM');
    process.exit(EXIT_INTERRUPTED);
  };
  for (const signal of SIGNALS) process.on(signal, leave);
  return new Promise((resolve) => {
    const settle = (/** @type {string} */ problem) => {
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
