import { installWithPackageManager } from '../machine/package-manager.js';
import { APT_PACKAGE, planInstallation, plannedMajor } from './apt.js';
import { MIN_MAJOR_VERSION } from './programs.js';
import type { Log } from '../terminal/progress.js';

/** Packages that start no system service when they are installed. */
const PACKAGES = {
  'apt-get': [APT_PACKAGE],
  dnf: ['valkey', 'redis'],
  yum: ['valkey', 'redis'],
  apk: ['redis', 'valkey'],
  pacman: ['valkey', 'redis'],
  zypper: ['valkey', 'redis'],
  brew: ['redis', 'valkey'],
};

interface InstallRedisOptions<T> {
  readonly log: Log;
  /** Looks for the server; the installation is done when it finds one. */
  readonly look: () => Promise<T | null>;
}

/** Installs a Redis server with the package manager of the machine, as root or by a sudo that does not ask for a password. */
export function installRedis<T>({ log, look }: InstallRedisOptions<T>): Promise<{ found: T } | { problem: string }> {
  const refuse = async (manager: string) => (manager === 'apt-get' ? whyInstallationWouldFail() : '');
  return installWithPackageManager({ packages: PACKAGES, refuse, log, look });
}

/** Why apt-get cannot install it: the package is unknown (no package lists) or too old (older releases of Debian and Ubuntu); else ''. */
async function whyInstallationWouldFail() {
  const plan = await planInstallation([]);
  if (plan === null) return `apt-get does not offer ${APT_PACKAGE}`;
  const major = plannedMajor(plan);
  return major !== null && major < MIN_MAJOR_VERSION ? `apt-get offers Redis ${String(major)} only` : '';
}
