import { Failure } from '../failure.js';
import { run } from '../machine/command.js';
import { installWithPackageManager } from '../machine/package-manager.js';
import { findPrograms } from '../machine/programs.js';
import type { Log } from '../terminal/progress.js';

/** Chromium and browsers that are built from it. The first that is found and runs is used. */
const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'microsoft-edge-stable',
];

/** Where macOS has them: no PATH includes these folders. */
const APPLICATIONS = ['Chromium', 'Google Chrome', 'Microsoft Edge'].map((name) => ({
  name,
  folder: `/Applications/${name}.app/Contents/MacOS`,
}));

/** None of them starts a system service when it is installed. */
const PACKAGES = {
  'apt-get': ['chromium'],
  dnf: ['chromium'],
  yum: ['chromium'],
  apk: ['chromium'],
  pacman: ['chromium'],
  zypper: ['chromium'],
  brew: ['chromium'],
};

const ADVICE = 'Install Chromium or Chrome, or set CHROMIUM_BINARY to the path of its program.';

export interface Browser {
  /** Path of the program. */
  readonly command: string;
  /** For people: `Chromium 141.0.7390.54`. */
  readonly version: string;
}

/**
 * Finds the browser for the tests of the console's page: that of CHROMIUM_BINARY if set, else one of this machine, else one that
 * its package manager installs.
 * @throws Failure with what to do, if there is none
 */
export async function findBrowser({
  log = () => undefined,
  env = process.env,
}: { log?: Log; env?: Readonly<Record<string, string | undefined>> } = {}): Promise<Browser> {
  const named = env['CHROMIUM_BINARY'] ?? '';
  if (named !== '') {
    const browser = await identify(named);
    if (browser !== null) return browser;
    throw new Failure(
      `CHROMIUM_BINARY takes the path of Chromium or Chrome, but "${named} --version" does not name one of them.`,
    );
  }
  const found = await lookOnMachine();
  if (found !== null) return found;
  const installed = await installWithPackageManager({ packages: PACKAGES, look: lookOnMachine, log });
  if ('found' in installed) return installed.found;
  throw new Failure(
    `There is no browser on this machine, and none could be installed: ${installed.problem}.\n${ADVICE}`,
  );
}

async function lookOnMachine(): Promise<Browser | null> {
  const inApplications = await Promise.all(APPLICATIONS.map(({ name, folder }) => findPrograms([name], [folder])));
  for (const command of [...(await findPrograms(NAMES)), ...inApplications.flat()]) {
    const browser = await identify(command);
    if (browser !== null) return browser;
  }
  return null;
}

/** Asks a program for its version: on some systems, `chromium` is only a script that tells how to install the browser. */
async function identify(command: string): Promise<Browser | null> {
  const { ok, stdout } = await run(command, ['--version'], { deadlineMs: 20_000 });
  const version = stdout
    .map((line) => /((?:Chromium|Google Chrome|Microsoft Edge) [\d.]+)/.exec(line)?.[1])
    .find(Boolean);
  return ok && version !== undefined ? { command, version } : null;
}
