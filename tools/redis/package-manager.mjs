import { complaintOf, findComplaint, run } from '../machine/command.mjs';
import { APT_PACKAGE, planInstallation, plannedMajor } from './apt.mjs';
import { findPrograms, OLDEST_MAJOR } from './programs.mjs';

const INSTALL_DEADLINE_MS = 300_000;

/**
 * @typedef {object} PackageManager
 * @property {string} name
 * @property {boolean} needsRoot
 * @property {readonly string[]} packages in order of preference; none of them starts a system service when installed
 * @property {(name: string) => readonly string[]} install the arguments
 * @property {readonly string[]} [refresh] the arguments that fetch the package lists, where an installation failed
 * @property {() => Promise<string>} [refuse] says beforehand why an installation would be in vain, or ''
 */

/** @type {readonly PackageManager[]} */
const MANAGERS = [
  {
    name: 'apt-get',
    needsRoot: true,
    packages: [APT_PACKAGE],
    install: (name) => ['-o', 'DPkg::Lock::Timeout=60', '-y', '--no-install-recommends', 'install', name],
    refresh: ['-o', 'DPkg::Lock::Timeout=60', 'update'],
    refuse: refuseInVain,
  },
  { name: 'dnf', needsRoot: true, packages: ['valkey', 'redis'], install: (name) => ['-y', 'install', name] },
  { name: 'yum', needsRoot: true, packages: ['valkey', 'redis'], install: (name) => ['-y', 'install', name] },
  { name: 'apk', needsRoot: true, packages: ['redis', 'valkey'], install: (name) => ['add', '--no-cache', name] },
  {
    name: 'pacman',
    needsRoot: true,
    packages: ['valkey', 'redis'],
    install: (name) => ['-S', '--noconfirm', '--needed', name],
    refresh: ['-Sy', '--noconfirm'],
  },
  {
    name: 'zypper',
    needsRoot: true,
    packages: ['valkey', 'redis'],
    install: (name) => ['--non-interactive', 'install', '--no-recommends', name],
  },
  { name: 'brew', needsRoot: false, packages: ['redis', 'valkey'], install: (name) => ['install', name] },
];

/** Nothing may ask a question: nobody would see it. */
const UNATTENDED = { DEBIAN_FRONTEND: 'noninteractive', NONINTERACTIVE: '1', HOMEBREW_NO_AUTO_UPDATE: '1' };

/**
 * Installs a Redis server with the package manager of the machine, as root or with a sudo that asks no password.
 * @template T
 * @param {object} options
 * @param {import('../terminal/progress.mjs').Log} options.log
 * @param {() => Promise<T | null>} options.look looks for the server; the installation is done when it finds one
 * @returns {Promise<{ found: T } | { problem: string }>}
 */
export async function installRedis({ log, look }) {
  const manager = await findManager();
  if (manager === null) return { problem: 'there is no package manager that is known here' };
  const prefix = manager.needsRoot ? await rootPrefix() : [];
  if (prefix === null) return { problem: `${manager.name} wants root, and sudo is not to be had without a password` };

  let problem = '';
  for (const name of manager.packages) {
    problem = await install(manager, prefix, name, log);
    const found = problem === '' ? await look() : null;
    if (found !== null) return { found };
  }
  return { problem: problem === '' ? `${manager.name} offers none that is recent enough` : problem };
}

/** @returns {Promise<PackageManager | null>} */
async function findManager() {
  for (const manager of MANAGERS) {
    if (!manager.needsRoot && process.getuid?.() === 0) continue; // Homebrew refuses to run as root
    if ((await findPrograms([manager.name])).length > 0) return manager;
  }
  return null;
}

/** @returns {Promise<string[] | null>} what to put before a command that wants root, or null where root is not to be had */
async function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  const { ok } = await run('sudo', ['-n', 'true'], { deadlineMs: 5000 });
  const environment = Object.entries(UNATTENDED).map(([key, value]) => `${key}=${value}`);
  return ok ? ['sudo', '-n', 'env', ...environment] : null; // sudo does not pass the environment on by itself
}

/**
 * @param {PackageManager} manager
 * @param {readonly string[]} prefix
 * @param {string} name
 * @param {import('../terminal/progress.mjs').Log} log
 * @returns {Promise<string>} why it did not work, or '' where it did
 */
async function install(manager, prefix, name, log) {
  const execute = (/** @type {readonly string[]} */ args) => {
    const [command = manager.name, ...rest] = [...prefix, manager.name, ...args];
    return run(command, rest, { deadlineMs: INSTALL_DEADLINE_MS, env: UNATTENDED });
  };
  const attempt = async () => {
    const refusal = (await manager.refuse?.()) ?? '';
    if (refusal !== '') return refusal;
    log(`installing ${name} with ${manager.name} …`);
    const result = await execute(manager.install(name));
    return result.ok ? '' : `${manager.name}: ${result.problem}, ${complaintOf(result.output)}`;
  };

  const problem = await attempt();
  if (problem === '' || manager.refresh === undefined) return problem;
  log('fetching the package lists of this system …');
  const complaint = findComplaint((await execute(manager.refresh)).output);
  const secondProblem = await attempt(); // one source of several may have failed, and need not matter
  return secondProblem === '' || complaint === undefined ? secondProblem : `${secondProblem} (${complaint})`;
}

/** Says why an installation would be in vain: not known (absent lists), or too old (older releases of Debian and Ubuntu). */
async function refuseInVain() {
  const plan = await planInstallation([]);
  if (plan === null) return `apt-get does not offer ${APT_PACKAGE}`;
  const major = plannedMajor(plan);
  return major !== null && major < OLDEST_MAJOR ? `apt-get offers Redis ${String(major)} only` : '';
}
