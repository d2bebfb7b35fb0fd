import { errorLineOf, findErrorLine, run } from './command.js';
import { findPrograms } from './programs.js';
import type { Log } from '../terminal/progress.js';

const INSTALL_DEADLINE_MS = 300_000;

export interface PackageManager {
  readonly name: string;
  readonly needsRoot: boolean;
  /** The arguments that install a package. */
  readonly install: (name: string) => readonly string[];
  /** The arguments that fetch the package lists. Used after a failed installation. */
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

/** Keeps package managers from asking questions, which nobody would see. */
const UNATTENDED = { DEBIAN_FRONTEND: 'noninteractive', NONINTERACTIVE: '1', HOMEBREW_NO_AUTO_UPDATE: '1' };

interface InstallWithPackageManagerOptions<T> {
  /** The packages by package manager, in order of preference. None may start a system service when it is installed. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
  /** Checks beforehand whether an installation can succeed: the reason why not, or ''. */
  readonly refuse?: (manager: string) => Promise<string>;
  readonly log: Log;
  /** Looks for the program; the installation is done when it finds one. */
  readonly look: () => Promise<T | null>;
}

/** Installs a program with the package manager of the machine, as root or by a sudo that does not ask for a password. */
export async function installWithPackageManager<T>({
  packages,
  refuse,
  log,
  look,
}: InstallWithPackageManagerOptions<T>): Promise<{ found: T } | { problem: string }> {
  const manager = await findManager(packages);
  if (manager === null) return { problem: 'no supported package manager was found' };
  const prefix = manager.needsRoot ? await rootPrefix() : [];
  if (prefix === null) return { problem: `${manager.name} needs root, and sudo asks for a password` };

  let problem = '';
  for (const name of packages[manager.name] ?? []) {
    problem = await install(manager, prefix, name, log, async () => (await refuse?.(manager.name)) ?? '');
    const found = problem === '' ? await look() : null;
    if (found !== null) return { found };
  }
  return { problem: problem === '' ? `${manager.name} has no recent enough version` : problem };
}

async function findManager(packages: Readonly<Record<string, unknown>>): Promise<PackageManager | null> {
  for (const manager of MANAGERS) {
    if (!(manager.name in packages)) continue;
    if (!manager.needsRoot && process.getuid?.() === 0) continue; // Homebrew refuses to run as root
    if ((await findPrograms([manager.name])).length > 0) return manager;
  }
  return null;
}

/** @returns what to put before a command that needs root; null if root is not available */
async function rootPrefix(): Promise<string[] | null> {
  if (process.getuid?.() === 0) return [];
  const { ok } = await run('sudo', ['-n', 'true'], { deadlineMs: 5000 });
  const environment = Object.entries(UNATTENDED).map(([key, value]) => `${key}=${value}`);
  return ok ? ['sudo', '-n', 'env', ...environment] : null; // sudo does not pass the environment on
}

/** @returns the reason if it failed, else '' */
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
    return result.ok ? '' : `${manager.name}: ${result.problem}, ${errorLineOf(result.output)}`;
  };

  const problem = await attempt();
  if (problem === '' || manager.refresh === undefined) return problem;
  log('fetching the package lists of this system …');
  const errorLine = findErrorLine((await execute(manager.refresh)).output);
  const secondProblem = await attempt(); // even if fetching failed, because one of several sources may fail
  return secondProblem === '' || errorLine === undefined ? secondProblem : `${secondProblem} (${errorLine})`;
}
