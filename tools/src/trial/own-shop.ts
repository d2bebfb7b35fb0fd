import { printFailure } from '../failure.js';
import { listenForInterruption } from '../machine/interruption.js';
import { startRestartableRedis, type RestartableRedis } from '../redis/restartable.js';
import { ensureBuilt } from '../build.js';
import { newOperatorToken } from '../shop/operator-token.js';
import { createShop, type Shop } from '../shop/shop.js';
import { createProgress } from '../terminal/progress.js';
import { createEvidence } from './evidence.js';
import { makeUsers } from './users.js';
import type { PlannedApp } from '../shop/apps.js';

const EXIT_INTERRUPTED = 130;

/** What a trial gets to work with. */
export interface OwnShop {
  readonly apps: readonly PlannedApp[];
  readonly redis: RestartableRedis;
  /** Its address, for the trial itself. */
  readonly redisUrl: string;
  /** Not open yet. */
  readonly shop: Shop;
  /** How often apps have ended without having been told to. */
  readonly ownStarts: () => number;
}

interface RunOnOwnShopOptions<Screen extends { notice: (text: string) => void }> {
  /** Of the trial, such as `chaos`. */
  readonly name: string;
  /** The command that does the same again. */
  readonly again: string;
  readonly apps: readonly PlannedApp[];
  readonly redisPort: number;
  readonly redisArgs: readonly string[];
  /** Whether each app is a Redis user of its own, with the least rights; else anybody may do anything. */
  readonly hasUsers?: boolean;
  readonly createScreen: () => Screen;
  readonly trial: (own: OwnShop, screen: Screen) => Promise<{ report: string; passed: boolean }>;
}

/**
 * Runs the whole shop on a Redis of its own for a trial, and takes all of it away. What a trial has not passed leaves the apps'
 * logs and the data of Redis behind.
 * @returns the exit code
 */
export async function runOnOwnShop<Screen extends { notice: (text: string) => void }>({
  name,
  again,
  apps,
  redisPort,
  redisArgs,
  hasUsers = false,
  createScreen,
  trial,
}: RunOnOwnShopOptions<Screen>): Promise<number> {
  const leave = () => process.exit(EXIT_INTERRUPTED); // what was started ends with this process (on-exit.ts)
  const interruption = listenForInterruption({ first: leave, again: leave });
  const progress = createProgress(process.stdout);

  const users = await progress.step('setup', async (log) => {
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
