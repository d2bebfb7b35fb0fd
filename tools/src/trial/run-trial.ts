import { printFailure } from '../failure.js';
import { listenForInterruption } from '../machine/interruption.js';
import { startRestartableRedis, type RestartableRedis } from '../redis/restartable.js';
import { ensureBuilt } from '../build.js';
import { newOperatorToken } from '../shop/operator-token.js';
import { createShop, type Shop } from '../shop/shop.js';
import { createProgress } from '../terminal/progress.js';
import { createArtifacts } from './artifacts.js';
import { makeUsers } from './users.js';
import type { PlannedApp } from '../shop/apps.js';

const EXIT_INTERRUPTED = 130;

/** The shop of a trial. */
export interface TrialShop {
  readonly apps: readonly PlannedApp[];
  readonly redis: RestartableRedis;
  /** The URL of Redis, with a user who may do everything. */
  readonly redisUrl: string;
  /** Not opened yet. */
  readonly shop: Shop;
  /** How often apps have exited by themselves. */
  readonly unexpectedExits: () => number;
}

interface RunTrialOptions<Screen extends { notice: (text: string) => void }> {
  /** The name of the trial, such as `chaos`. */
  readonly name: string;
  /** The command that repeats the trial. */
  readonly again: string;
  readonly apps: readonly PlannedApp[];
  readonly redisPort: number;
  readonly redisArgs: readonly string[];
  /** Whether each app has its own Redis user with the least rights; else all use one without limits. @default false */
  readonly hasUsers?: boolean;
  readonly createScreen: () => Screen;
  readonly trial: (own: TrialShop, screen: Screen) => Promise<{ report: string; passed: boolean }>;
}

type SetUpOptions = Pick<RunTrialOptions<never>, 'apps' | 'hasUsers' | 'redisArgs' | 'redisPort'>;

/**
 * Runs a trial: starts a whole shop on its own Redis, tests it, and removes everything. If the trial fails, the apps' logs and the
 * data of Redis are kept.
 * @returns the exit code
 */
export async function runTrial<Screen extends { notice: (text: string) => void }>(
  options: RunTrialOptions<Screen>,
): Promise<number> {
  const exit = () => process.exit(EXIT_INTERRUPTED); // all started processes end with this one (on-exit.ts)
  const interruption = listenForInterruption({ first: exit, again: exit });
  const { users, redis } = await setUp(options);
  const screen = options.createScreen();
  const artifacts = await createArtifacts(options.name);
  const { shop, unexpectedExits } = createTrialShop(options, { users, redis, artifacts, notice: screen.notice });
  const keepArtifacts = async () => {
    const dir = await artifacts.keep(redis.current().dir);
    process.stdout.write(`The apps' logs and the data of Redis are in ${dir}\n`);
  };
  const end = () => {
    shop.abandon();
    process.stdout.write(`Interrupted: everything was stopped. Again: ${options.again}\n`);
    exit();
  };
  interruption.handOver({ first: end, again: end });

  try {
    const redisUrl = users === null ? redis.url : users.asTrial(redis.url);
    const own = { apps: options.apps, redis, redisUrl, shop, unexpectedExits };
    const { report, passed } = await options.trial(own, screen);
    process.stdout.write(report);
    if (!passed) await keepArtifacts();
    for (const problem of await shop.close()) screen.notice(problem);
    await users?.remove();
    if (passed) await artifacts.remove();
    return passed ? 0 : 1;
  } catch (error) {
    await keepArtifacts().catch(printFailure);
    shop.abandon(); // not close(): apps may be frozen
    process.stdout.write(`Again: ${options.again}\n`);
    throw error;
  }
}

/** Builds the apps, makes their Redis users, if they have some, and starts Redis. */
async function setUp({ hasUsers = false, redisArgs, redisPort }: SetUpOptions) {
  const progress = createProgress(process.stdout);
  const users = await progress.step('setup', async (log) => {
    await ensureBuilt({ log });
    return hasUsers ? makeUsers() : null;
  });
  const redis = await progress.step('redis', async (log) => {
    const args = [...redisArgs, ...(users?.redisArgs ?? [])];
    const started = await startRestartableRedis({ port: redisPort, args, log });
    log(`127.0.0.1:${String(redisPort)}, started here; its data is removed when it stops`);
    return started;
  });
  return { users, redis };
}

interface TrialParts {
  readonly users: Awaited<ReturnType<typeof makeUsers>> | null;
  readonly redis: RestartableRedis;
  readonly artifacts: Awaited<ReturnType<typeof createArtifacts>>;
  readonly notice: (text: string) => void;
}

/** A shop whose lines go to the artifacts, and which counts how often an app exits by itself. */
function createTrialShop({ apps }: SetUpOptions, { users, redis, artifacts, notice }: TrialParts) {
  let unexpectedExits = 0;
  const failed = () => {
    unexpectedExits += 1;
  };
  const shop = createShop({
    apps,
    redis,
    operatorToken: newOperatorToken(),
    ...(users === null ? {} : { signInOf: users.signInOf }),
    screen: {
      notice,
      mute: () => undefined,
      listenerOf: (title) => ({ line: artifacts.logOf(title), notice, failed }),
    },
  });
  return { shop, unexpectedExits: () => unexpectedExits };
}
