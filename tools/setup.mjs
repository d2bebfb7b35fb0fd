import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from './failure.mjs';
import { run } from './machine/command.mjs';
import { ROOT } from './root.mjs';

const INSTALL_DEADLINE_MS = 900_000;
const BUILD_DEADLINE_MS = 600_000;

/** How much of a failed command's output is shown, from its beginning and from its end. */
const SHOWN_LINES = 20;

/** @typedef {{ log: import('./terminal/progress.mjs').Log }} SetupOptions */

/**
 * Installs the packages of package-lock.json, unless node_modules holds exactly these.
 * @param {SetupOptions} options
 */
export async function ensureInstalled({ log }) {
  if (await isInstalled()) return;
  log('installing packages …');
  const flags = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  await runNpm(['ci', ...flags], INSTALL_DEADLINE_MS, {});
}

/** Set for what the tests start: all is built, and Nx, asked twice at once, may take away for a moment what others run. */
export const IS_BUILT = 'SHOP_IS_BUILT';

/**
 * Builds all projects; what has not changed since the last time costs little.
 * @param {SetupOptions} options
 */
export async function ensureBuilt({ log }) {
  if (process.env[IS_BUILT] === 'true') return;
  log('building …');
  // A daemon of Nx would stay behind, and its screen would overwrite ours.
  await runNpm(['run', 'build'], BUILD_DEADLINE_MS, { NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0' });
}

/**
 * Whether node_modules holds what the lock file says: npm writes down what it has installed, and does so last, so that an
 * interrupted installation does not count.
 */
async function isInstalled() {
  try {
    const wanted = await readPackages('package-lock.json');
    const present = await readPackages('node_modules/.package-lock.json');
    const same = Object.keys(present).every((name) => isDeepEqual(wanted[name], present[name]));
    return (
      same && Object.keys(wanted).every((name) => name === '' || name in present || wanted[name]?.['optional'] === true)
    );
  } catch {
    return false; // one of both is absent or broken: npm will say so where it matters
  }
}

/**
 * @param {string} file
 * @returns {Promise<Record<string, Record<string, unknown>>>}
 */
async function readPackages(file) {
  return JSON.parse(await readFile(path.join(ROOT, file), 'utf8')).packages;
}

/**
 * @param {unknown} one
 * @param {unknown} other both were read from JSON that npm wrote, with keys in its own order
 */
function isDeepEqual(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * @param {readonly string[]} args
 * @param {number} deadlineMs
 * @param {Record<string, string>} env
 */
async function runNpm(args, deadlineMs, env) {
  const shown = `npm ${args.filter((arg) => !arg.startsWith('--')).join(' ')}`;
  // Under `npm start`, npm says where it is: that one is used, whatever else the PATH has.
  const npmScript = process.env['npm_execpath'] ?? '';
  const [command, first] = /npm-cli\.c?js$/.test(npmScript) ? [process.execPath, [npmScript]] : ['npm', []];
  const result = await run(command, [...first, ...args], { cwd: ROOT, deadlineMs, env });
  if (!result.ok) throw new Failure(`\`${shown}\` failed: ${result.problem}.`, excerpt(result.output));
}

/**
 * npm says first what is wrong, a build says it last.
 * @param {readonly string[]} lines
 */
function excerpt(lines) {
  if (lines.length <= 2 * SHOWN_LINES) return lines;
  return [...lines.slice(0, SHOWN_LINES), '…', ...lines.slice(-SHOWN_LINES)];
}
