import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { runStep } from './run-step.mjs';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const INSTALL_DEADLINE_MS = 900_000;
const COMPILE_DEADLINE_MS = 300_000;

/**
 * Makes the commands of some projects ready to run: installs the packages of package-lock.json, unless node_modules holds
 * exactly these, and compiles the projects whose sources are newer than what was compiled of them.
 * @param {readonly string[]} projects folders of the repository, such as `tools`
 * @returns {Promise<boolean>} false where that failed; why, was printed
 */
export async function setUp(projects) {
  if (process.env['SHOP_IS_BUILT'] === 'true') return true; // npm test tells what it starts
  if (!isInstalled() && !(await install())) return false;
  return withReferences(projects).every(isCompiled) || compile(projects);
}

function install() {
  const flags = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  // Under `npm start`, npm says where it is: that one is used, whatever else the PATH has.
  const script = process.env['npm_execpath'] ?? '';
  const [command, first] = /npm-cli\.c?js$/.test(script) ? [process.execPath, [script]] : ['npm', []];
  return runStep('installing packages', 'npm ci', {
    command,
    args: [...first, 'ci', ...flags],
    cwd: ROOT,
    deadlineMs: INSTALL_DEADLINE_MS,
  });
}

/** @param {readonly string[]} projects */
async function compile(projects) {
  const isDone = await runStep('compiling the tools', `tsc -b ${projects.join(' ')}`, {
    command: process.execPath,
    args: [path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', ...projects],
    cwd: ROOT,
    deadlineMs: COMPILE_DEADLINE_MS,
  });
  // The compiler writes its record in spite of errors; without it, the next command compiles again.
  if (!isDone) for (const project of projects) rmSync(recordOf(project), { force: true });
  return isDone;
}

/**
 * Whether node_modules holds what the lock file says: npm writes down what it has installed, and does so last, so that an
 * interrupted installation does not count.
 */
function isInstalled() {
  try {
    const wanted = readPackages('package-lock.json');
    const present = readPackages('node_modules/.package-lock.json');
    // Both were written by npm, with keys in its own order.
    const isSame = (/** @type {string} */ name) => JSON.stringify(wanted[name]) === JSON.stringify(present[name]);
    return (
      Object.keys(present).every(isSame) &&
      Object.keys(wanted).every((name) => name === '' || name in present || wanted[name]?.['optional'] === true)
    );
  } catch {
    return false; // one of both is absent or broken: npm will say so where it matters
  }
}

/**
 * @param {string} file
 * @returns {Record<string, Record<string, unknown>>}
 */
function readPackages(file) {
  return JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')).packages;
}

/**
 * Projects, and those that they refer to, which are compiled with them.
 * @param {readonly string[]} projects
 * @returns {string[]}
 */
function withReferences(projects) {
  const all = new Set(projects);
  for (const project of all) {
    const { references = [] } = JSON.parse(readFileSync(path.join(ROOT, project, 'tsconfig.json'), 'utf8'));
    for (const reference of references) all.add(path.join(project, reference.path));
  }
  return [...all];
}

/** @param {string} project */
function isCompiled(project) {
  const compiledMs = modifiedMs(recordOf(project));
  const folder = path.join(ROOT, project, 'src');
  const sources = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return sources.every(({ parentPath, name }) => modifiedMs(path.join(parentPath, name)) <= compiledMs);
}

/**
 * The file that the compiler writes last.
 * @param {string} project
 */
function recordOf(project) {
  return path.join(ROOT, project, 'dist', '.tsbuildinfo');
}

/**
 * @param {string} file
 * @returns {number} 0 where there is none
 */
function modifiedMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
