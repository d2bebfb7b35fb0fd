import { complaintOf, findComplaint, run } from './command.js';
import { findPrograms } from './programs.js';
import type { Log } from '../terminal/progress.js';

const INSTALL_DEADLINE_MS = 300_000;

export interface PackageManager {
  readonly name: string;
  readonly needsRoot: boolean;
  /** The arguments. */
  readonly install: (name: string) => readonly string[];
  /** The arguments that fetch the package lists, where an installation failed. */
  readonly refresh?: readonly string[];
}

const MANAGERS: readonly PackageManager[] = [
  {
    name: 'apt-get',
    needsRoot: true,
    install: (name) => ['-o', 'DPkg::Lock::Timeout=60', '-y', '--no-install-recommends', 'install', name],
    refresh: ['-o', 'DPkg::Lock::Timeout=60', 'update'],
  },
  { name: 'dnf', needsRoot: true, install: (name) => ['-y', 'install', name] },
  { name: 'yum', needsRoot: true, install: (name) => ['-y', 'install', name] },
  { name: 'apk', needsRoot: true, install: (name) => ['add', '--no-cache', name] },
  {
    name: 'pacman',
    needsRoot: true,
    install: (name) => ['-S', '--noconfirm', '--needed', name],
    refresh: ['-Sy', '--noconfirm'],
  },
  {
    name: 'zypper',
    needsRoot: true,
    install: (name) => ['--non-interactive', 'install', '--no-recommends', name],
  },
  { name: 'brew', needsRoot: false, install: (name) => ['install', name] },
];

/** Nothing may ask a question: nobody would see it. */
const UNATTENDED = { DEBIAN_FRONTEND: 'noninteractive', NONINTERACTIVE: '1', HOMEBREW_NO_AUTO_UPDATE: '1' };

interface InstallWithPackageManagerOptions<T> {
  /** For each package manager, in order of preference; none of them may start a system service when it is installed. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
  /** Says beforehand why it would be in vain, or ''. */
  readonly refuse?: (manager: string) => Promise<string>;
  readonly log: Log;
  /** Looks for the program; the installation is done when it finds one. */
  readonly look: () => Promise<T | null>;
}

/** Installs a program with the package manager of the machine, as root or with a sudo that asks no password. */
export async function installWithPackageManager<T>({
  packages,
  refuse,
  log,
  look,
}: InstallWithPackageManagerOptions<T>): Promise<{ found: T } | { problem: string }> {
  const manager = await findManager(packages);
  if (manager === null) return { problem: 'there is no package manager that is known here' };
  const prefix = manager.needsRoot ? await rootPrefix() : [];
  if (prefix === null) return { problem: `${manager.name} wants root, and sudo is not to be had without a password` };

  let problem = '';
  for (const name of packages[manager.name] ?? []) {
    problem = await install(manager, prefix, name, log, async () => (await refuse?.(manager.name)) ?? '');
    const found = problem === '' ? await look() : null;
    if (found !== null) return { found };
  }
  return { problem: problem === '' ? `${manager.name} offers none that is recent enough` : problem };
}

async function findManager(packages: Readonly<Record<string, unknown>>): Promise<PackageManager | null> {
  for (const manager of MANAGERS) {
    if (!(manager.name in packages)) continue;
    if (!manager.needsRoot && process.getuid?.() === 0) continue; // Homebrew refuses to run as root
    if ((await findPrograms([manager.name])).length > 0) return manager;
  }
  return null;
}

/** @returns what to put before a command that wants root, or null where root is not to be had */
async function rootPrefix(): Promise<string[] | null> {
  if (process.getuid?.() === 0) return [];
  const { ok } = await run('sudo', ['-n', 'true'], { deadlineMs: 5000 });
  const environment = Object.entries(UNATTENDED).map(([key, value]) => `${key}=${value}`);
  return ok ? ['sudo', '-n', 'env', ...environment] : null; // sudo does not pass the environment on by itself
}

/** @returns why it did not work, or '' where it did */
async function install(
  manager: PackageManager,
  prefix: readonly string[],
  name: string,
  log: Log,
  refuse: () => Promise<string>,
): Promise<string> {
  const execute = (args: readonly string[]) => {
    const [command = manager.name, ...rest] = [...prefix, manager.name, ...args];
    return run(command, rest, { deadlineMs: INSTALL_DEADLINE_MS, env: UNATTENDED });
  };
  const attempt = async () => {
    const refusal = await refuse();
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
