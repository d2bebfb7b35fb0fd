import path from 'node:path';
import { Failure, printFailure } from '../failure.js';
import { becomeScript } from '../machine/foreground.js';
import { REDIS_SERVER_ADVICE } from '../redis/advice.js';
import { findRedis } from '../redis/find.js';
import { ROOT } from '../root.js';
import { ensureBuilt } from '../build.js';
import { createProgress } from '../terminal/progress.js';

/**
 * `npm run bench`: sets up what is missing, and measures.
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { step } = createProgress(process.stdout);
    const redis = await step('setup', async (log) => {
      const found = await findRedis({ log });
      if (found === null) throw new Failure(`There is no Redis server to measure on.\n${REDIS_SERVER_ADVICE}`);
      await ensureBuilt({ log });
      return found;
    });
    const script = path.join(ROOT, 'bench', 'main.mjs');
    return await becomeScript([script, ...args], { ...redis.env, REDIS_SERVER_BINARY: redis.command });
  } catch (error) {
    printFailure(error);
    return 1;
  }
}
