import path from 'node:path';
import { findBrowser } from '../programs/browser.js';
import { Failure, messageOf, printFailure } from '../failure.js';
import { runInForeground } from '../machine/foreground.js';
import { findPromtool } from '../programs/promtool.js';
import { REDIS_SERVER_ADVICE } from '../redis/advice.js';
import { findRedis } from '../redis/find.js';
import { ROOT } from '../root.js';
import { ensureBuilt, IS_BUILT } from '../build.js';
import { createProgress } from '../terminal/progress.js';

/**
 * `npm test`: sets up what is missing, and runs the tests.
 * @param args the arguments of vitest
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { step } = createProgress(process.stdout);
    const redis = await step('redis', async (log) => {
      const found = await findRedis({ log });
      if (found !== null) log(`${found.version} (${found.command})`);
      return found;
    });
    if (redis === null)
      throw new Failure(`The tests need a redis-server program, and none was found.\n${REDIS_SERVER_ADVICE}`);
    const browser = wantsBrowser(args)
      ? await step('browser', async (log) => {
          const found = await findBrowser({ log });
          log(`${found.version} (${found.command})`);
          return found;
        })
      : null;
    const promtool = await step('promtool', async (log) => {
      try {
        const found = await findPromtool({ log });
        log(found);
        return found;
      } catch (error) {
        log(messageOf(error)); // only some tests need it; they fail with the same message
        return null;
      }
    });
    await step('setup', (log) => ensureBuilt({ log }));

    const vitest = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
    // The programs are searched once. The tests and their child processes find them by these variables.
    return await runInForeground([vitest, 'run', ...args], {
      ...redis.env,
      REDIS_SERVER_BINARY: redis.command,
      [IS_BUILT]: 'true',
      ...(browser === null ? {} : { CHROMIUM_BINARY: browser.command }),
      ...(promtool === null ? {} : { PROMTOOL_BINARY: promtool }),
    });
  } catch (error) {
    printFailure(error);
    return 1;
  }
}

/**
 * Whether the tests may need a browser: only end-to-end tests do. Other projects and other configurations do not.
 * @param args the arguments of vitest
 */
function wantsBrowser(args: readonly string[]) {
  const values = (option: string) =>
    args.flatMap((arg, index) => {
      if (arg === option) return args[index + 1] ?? '';
      return arg.startsWith(`${option}=`) ? arg.slice(option.length + 1) : [];
    });
  const projects = values('--project');
  return values('--config').length === 0 && (projects.length === 0 || projects.some((name) => /e2e|\*|!/.test(name)));
}
