import { installWithPackageManager } from '../machine/package-manager.mjs';
import { APT_PACKAGE, planInstallation, plannedMajor } from './apt.mjs';
import { OLDEST_MAJOR } from './programs.mjs';

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

/**
 * Installs a Redis server with the package manager of the machine, as root or with a sudo that asks no password.
 * @template T
 * @param {object} options
 * @param {import('../terminal/progress.mjs').Log} options.log
 * @param {() => Promise<T | null>} options.look looks for the server; the installation is done when it finds one
 * @returns {Promise<{ found: T } | { problem: string }>}
 */
export function installRedis({ log, look }) {
  const refuse = async (/** @type {string} */ manager) => (manager === 'apt-get' ? refuseInVain() : '');
  return installWithPackageManager({ packages: PACKAGES, refuse, log, look });
}

/** Says why an installation would be in vain: not known (absent lists), or too old (older releases of Debian and Ubuntu). */
async function refuseInVain() {
  const plan = await planInstallation([]);
  if (plan === null) return `apt-get does not offer ${APT_PACKAGE}`;
  const major = plannedMajor(plan);
  return major !== null && major < OLDEST_MAJOR ? `apt-get offers Redis ${String(major)} only` : '';
}
