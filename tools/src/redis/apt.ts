import { run } from '../machine/command.js';

/**
 * The package that is installed. On Debian and Ubuntu it contains the server's program, with the name `redis-check-rdb`. The
 * package `redis-server` only adds a link to it and a system service, which would take port 6379.
 */
export const APT_PACKAGE = 'redis-tools';

/**
 * What apt-get would install: the package, and the missing packages that it depends on.
 * @param options options of apt-get
 * @returns null if apt-get does not know the package, for example without package lists
 */
export async function planInstallation(
  options: readonly string[],
): Promise<{ name: string; version: string }[] | null> {
  const { ok, stdout } = await run(
    'apt-get',
    [...options, '--simulate', '--no-install-recommends', 'install', APT_PACKAGE],
    { deadlineMs: 30_000, env: { LC_ALL: 'C' } },
  );
  if (!ok) return null;
  return stdout.flatMap((line) => {
    const match = /^Inst (\S+) .*?\((\S+)/.exec(line);
    return match === null ? [] : [{ name: match[1] ?? '', version: match[2] ?? '' }];
  });
}

/** The major version of the package in a plan; null if the plan does not have it, because it is installed already. */
export function plannedMajor(plan: readonly { name: string; version: string }[]): number | null {
  const planned = plan.find(({ name }) => name === APT_PACKAGE);
  if (planned === undefined) return null;
  return Number.parseInt(planned.version.replace(/^\d+:/, ''), 10); // an epoch such as "5:" comes first
}
