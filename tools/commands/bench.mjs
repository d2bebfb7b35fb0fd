import path from 'node:path';
import { parseBenchArguments, USAGE } from '../../bench/arguments.mjs';
import { Failure, printFailure } from '../failure.mjs';
import { becomeScript } from '../machine/foreground.mjs';
import { REDIS_SERVER_ADVICE } from '../redis/advice.mjs';
import { findRedis } from '../redis-binary.mjs';
import { ROOT } from '../root.mjs';
import { ensureBuilt, ensureInstalled } from '../setup.mjs';
import { createProgress } from '../terminal/progress.mjs';

/**
 * `npm run bench`: sets up what is missing, and measures.
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function main(args) {
  try {
    if (parseBenchArguments(args).help) {
      process.stdout.write(USAGE);
      return 0;
    }
    const { step } = createProgress(process.stdout);
    const redis = await step('setup', async (log) => {
      await ensureInstalled({ log });
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
