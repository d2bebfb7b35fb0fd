import { printFailure } from '../failure.mjs';
import { listenForInterruption } from '../machine/interruption.mjs';
import { startRestartableRedis } from '../redis/restartable.mjs';
import { ensureBuilt, ensureInstalled } from '../setup.mjs';
import { newOperatorToken } from '../shop/operator-token.mjs';
import { createShop } from '../shop/shop.mjs';
import { createProgress } from '../terminal/progress.mjs';
import { createEvidence } from './evidence.mjs';
import { makeUsers } from './users.mjs';

const EXIT_INTERRUPTED = 130;

/**
 * What a trial gets to work with.
 * @typedef {object} OwnShop
 * @property {readonly import('../shop/apps.mjs').PlannedApp[]} apps
 * @property {import('../redis/restartable.mjs').RestartableRedis} redis
 * @property {string} redisUrl its address, for the trial itself
 * @property {import('../shop/shop.mjs').Shop} shop not open yet
 * @property {() => number} ownStarts how often apps have ended without having been told to
 */

/**
 * Runs the whole shop on a Redis of its own for a trial, and takes all of it away. What a trial has not passed leaves the apps'
 * logs and the data of Redis behind.
 * @template {{ notice: (text: string) => void }} Screen
 * @param {object} options
 * @param {string} options.name of the trial, such as `chaos`
 * @param {string} options.again the command that does the same again
 * @param {readonly import('../shop/apps.mjs').PlannedApp[]} options.apps
 * @param {number} options.redisPort
 * @param {readonly string[]} options.redisArgs
 * @param {boolean} [options.hasUsers] whether each app is a Redis user of its own, with the least rights; else anybody may do anything
 * @param {() => Screen} options.createScreen
 * @param {(own: OwnShop, screen: Screen) => Promise<{ report: string, passed: boolean }>} options.trial
 * @returns {Promise<number>} the exit code
 */
export async function runOnOwnShop({ name, again, apps, redisPort, redisArgs, hasUsers = false, createScreen, trial }) {
  const leave = () => process.exit(EXIT_INTERRUPTED); // what was started has a last will each
  const interruption = listenForInterruption({ first: leave, again: leave });
  const progress = createProgress(process.stdout);

  const users = await progress.step('setup', async (log) => {
    await ensureInstalled({ log });
    await ensureBuilt({ log });
    return hasUsers ? makeUsers() : null;
  });
  const redis = await progress.step('redis', async (log) => {
    const args = [...redisArgs, ...(users?.redisArgs ?? [])];
    const started = await startRestartableRedis({ port: redisPort, args, log });
    log(`127.0.0.1:${String(redisPort)}, started here; its data end with it`);
    return started;
  });

  const screen = createScreen();
  const evidence = await createEvidence(name);
  let ownStarts = 0;
  const shop = createShop({
    apps,
    redis,
    operatorToken: newOperatorToken(),
    ...(users === null ? {} : { signInOf: users.signInOf }),
    screen: {
      notice: screen.notice,
      mute: () => undefined,
      listenerOf: (title) => ({
        line: evidence.logOf(title),
        notice: screen.notice,
        failed: () => {
          ownStarts += 1;
        },
      }),
    },
  });
  const keepEvidence = async () => {
    const dir = await evidence.keep(redis.current().dir);
    process.stdout.write(`For whoever looks for the cause: ${dir} has the apps' logs and the data of Redis.\n`);
  };
  const end = () => {
    shop.abandon();
    process.stdout.write(`Interrupted: everything was ended. Again: ${again}\n`);
    leave();
  };
  interruption.handOver({ first: end, again: end });

  try {
    const redisUrl = users === null ? redis.url : users.asTrial(redis.url);
    const { report, passed } = await trial({ apps, redis, redisUrl, shop, ownStarts: () => ownStarts }, screen);
    process.stdout.write(report);
    if (!passed) await keepEvidence();
    for (const problem of await shop.close()) screen.notice(problem);
    await users?.remove();
    if (passed) await evidence.remove();
    return passed ? 0 : 1;
  } catch (error) {
    await keepEvidence().catch(printFailure);
    shop.abandon(); // whatever is frozen, dead or alive
    process.stdout.write(`Again: ${again}\n`);
    throw error;
  }
}
