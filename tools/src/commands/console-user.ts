import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { printFailure } from '../failure.js';
import { ROOT } from '../root.js';
import { ensureBuilt } from '../build.js';
import { createProgress } from '../terminal/progress.js';

const SCRIPT = path.join(ROOT, 'apps', 'console', 'dist', 'users', 'main.js');

/**
 * `npm run console:user`: makes a line for the console's users file, `CONSOLE_USERS_FILE`.
 * @param args `--name`, `--role`, and `--file` to write the line to a file
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { step } = createProgress(process.stderr);
    await step('setup', async (log) => {
      await ensureBuilt({ log });
    });
  } catch (error) {
    printFailure(error);
    return 1;
  }
  // The script asks for a password, so it gets the terminal's input.
  const { status } = spawnSync(process.execPath, [SCRIPT, ...args], { stdio: 'inherit' });
  return status ?? 1;
}
