import { installWithPackageManager } from '../machine/package-manager.js';
import { APT_PACKAGE, planInstallation, plannedMajor } from './apt.js';
import { OLDEST_MAJOR } from './programs.js';
import type { Log } from '../terminal/progress.js';

/** None of them starts a system service when installed. */
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

/** Installs a Redis server with the package manager of the machine, as root or with a sudo that asks no password. */
export function installRedis<T>({ log, look }: InstallRedisOptions<T>): Promise<{ found: T } | { problem: string }> {
  const refuse = async (manager: string) => (manager === 'apt-get' ? refuseInVain() : '');
  return installWithPackageManager({ packages: PACKAGES, refuse, log, look });
}

/** Says why an installation would be in vain: not known (absent lists), or too old (older releases of Debian and Ubuntu). */
async function refuseInVain() {
  const plan = await planInstallation([]);
  if (plan === null) return `apt-get does not offer ${APT_PACKAGE}`;
  const major = plannedMajor(plan);
  return major !== null && major < OLDEST_MAJOR ? `apt-get offers Redis ${String(major)} only` : '';
}
