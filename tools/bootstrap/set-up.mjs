import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { runStep } from './run-step.mjs';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const INSTALL_DEADLINE_MS = 900_000;
const COMPILE_DEADLINE_MS = 300_000;

/**
 * Prepares the commands of some projects: installs the packages of package-lock.json, unless node_modules holds exactly these,
 * and compiles the projects whose sources are newer than their compiled files.
 * @param {readonly string[]} projects folders of the repository, such as `tools`
 * @returns {Promise<boolean>} false if that failed; the reason was printed
 */
export async function setUp(projects) {
  if (process.env['SHOP_IS_BUILT'] === 'true') return true; // set by npm test, which has built everything
  if (!isInstalled() && !(await install())) return false;
  return withReferences(projects).every(isCompiled) || compile(projects);
}

function install() {
  const flags = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  // npm gives its own path to the scripts that it runs. That npm is used, even if the PATH has another one.
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
  // The compiler writes this file even after errors. Without it, the next command compiles again.
  if (!isDone) for (const project of projects) rmSync(buildInfoOf(project), { force: true });
  return isDone;
}

/**
 * Whether node_modules holds what package-lock.json says. npm lists the installed packages in node_modules/.package-lock.json as
 * its last step, so an interrupted installation does not count.
 */
function isInstalled() {
  try {
    const wanted = readPackages('package-lock.json');
    const present = readPackages('node_modules/.package-lock.json');
    // Both files are written by npm, with their keys in the same order.
    const isSame = (/** @type {string} */ name) => JSON.stringify(wanted[name]) === JSON.stringify(present[name]);
    return (
      Object.keys(present).every(isSame) &&
      Object.keys(wanted).every((name) => name === '' || name in present || wanted[name]?.['optional'] === true)
    );
  } catch {
    return false; // one of the files is missing or broken: npm ci reports it, or repairs it
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
 * Some projects and the projects that their tsconfig.json refers to, which are compiled with them.
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
  const compiledMs = modifiedMs(buildInfoOf(project));
  const folder = path.join(ROOT, project, 'src');
  const sources = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return sources.every(({ parentPath, name }) => modifiedMs(path.join(parentPath, name)) <= compiledMs);
}

/**
 * The file that the compiler writes last.
 * @param {string} project
 */
function buildInfoOf(project) {
  return path.join(ROOT, project, 'dist', '.tsbuildinfo');
}

/**
 * @param {string} file
 * @returns {number} 0 if there is no such file
 */
function modifiedMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
