import { spawn } from 'node:child_process';

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
const EXIT_INTERRUPTED = 130;
/** A second signal this soon, in milliseconds, is the same Ctrl-C: the terminal sends it to this process, and npm passes it on. */
const ECHO_MS = 500;

/**
 * Runs a command and shows its output. Everything goes to stderr, because stdout belongs to the command that is set up. After a
 * signal, the command is stopped, and then this process exits; a second signal kills the command.
 * @param {string} title what is done, for people
 * @param {string} shown the command, for people
 * @param {{ command: string, args: readonly string[], cwd: string, deadlineMs: number }} options
 * @returns {Promise<boolean>} whether it succeeded; if not, the reason was printed
 */
export function runStep(title, shown, { command, args, cwd, deadlineMs }) {
  const startedAt = performance.now();
  console.error(`setup  ${title} …`);
  const child = spawn(command, args, { cwd, timeout: deadlineMs, stdio: ['ignore', process.stderr, process.stderr] });
  let interruptedAt = 0;
  // This process waits for the command: an interrupted npm removes what it has installed so far, which must not happen during
  // the next start.
  const interrupt = () => {
    if (interruptedAt === 0) {
      interruptedAt = performance.now();
      child.kill('SIGTERM');
    } else if (performance.now() - interruptedAt > ECHO_MS) child.kill('SIGKILL');
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  return new Promise((resolve) => {
    const settle = (/** @type {string} */ problem) => {
      if (interruptedAt > 0) process.exit(EXIT_INTERRUPTED);
      for (const signal of SIGNALS) process.off(signal, interrupt);
      const took = `${Math.round((performance.now() - startedAt) / 1000)}s`;
      console.error(problem === '' ? `setup  ${title} … done in ${took}` : `\n\`${shown}\` failed: ${problem}.`);
      resolve(problem === '');
    };
    child.once('error', (error) => {
      settle('code' in error && error.code === 'ENOENT' ? 'not found' : error.message);
    });
    child.once('exit', (code, signal) => {
      if (child.killed) settle(`not finished after ${deadlineMs / 1000}s`);
      else settle(code === 0 ? '' : signal === null ? `exit code ${code}` : `ended by ${signal}`);
    });
  });
}
