import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.js';
import { runOnScreen } from '../machine/foreground.js';
import { redisEnvironment } from '../redis/address.js';
import { wantsColour } from '../terminal/paint.js';
import { keepRunning, type AppProcess } from './app-process.js';
import { urlOf, type PlannedApp } from './apps.js';
import { AUDIT_SCRIPT } from './audit-script.js';
import { waitUntilHealthy } from './health.js';
import { environmentOf, type OperatorToken } from './operator-token.js';
import { stopSimulation } from './simulation.js';
import type { ProvidedRedis } from '../redis/provided.js';
import type { createScreen } from './screen.js';

const OPEN_DEADLINE_MS = 60_000;

/** Longer than SHUTDOWN_TIMEOUT_MS of the apps, in which they finish what they are doing. */
const CLOSE_DEADLINE_MS = 12_000;

/** How long the audit waits until all orders are handled. */
const AUDIT_WAIT = '60s';

const SHOWN_LINES = 20;

export type Shop = ReturnType<typeof createShop>;

interface CreateShopOptions {
  readonly apps: readonly PlannedApp[];
  readonly redis: Pick<ProvidedRedis, 'url' | 'stop' | 'abandon'>;
  /** Of all apps. */
  readonly operatorToken: OperatorToken;
  /** Settings of the app or the audit that signs in to Redis as a user. */
  readonly signInOf?: (user: string) => Record<string, string>;
  readonly screen: Pick<ReturnType<typeof createScreen>, 'notice' | 'mute' | 'listenerOf'>;
}

/** The shop's processes on a Redis that runs. */
export function createShop({ apps, redis, operatorToken, signInOf = () => ({}), screen }: CreateShopOptions) {
  const env = redisEnvironment(redis.url);
  const colour = wantsColour(process.stdout) ? { FORCE_COLOR: process.env['FORCE_COLOR'] ?? '1' } : {};
  const forApps = { ...env, ...environmentOf(operatorToken), ...colour };
  const processes = apps.map((app) =>
    keepRunning(app, { ...forApps, ...signInOf(app.name) }, screen.listenerOf(app.title)),
  );
  let audit: ReturnType<typeof runOnScreen> | null = null;
  let closing = false;

  return {
    processes,

    /** Starts all apps and waits until each is healthy; rejects where one is not within 60 s, or cannot become so. */
    async open() {
      for (const each of processes) each.start();
      await Promise.race([
        Promise.all(processes.map(becomeHealthy)),
        ...processes.map(async (each) => {
          const reason = await each.refused;
          throw new Failure(`${reason}:`, each.tail(SHOWN_LINES));
        }),
      ]);
    },

    /** Sends the customers home, waits until all is handled, and checks the laws: resolves with the audit's exit code. */
    async checkLaws() {
      const order = apps.find(({ title }) => title === 'order');
      const problem =
        order === undefined ? 'there is no order service' : await stopSimulation(urlOf(order), operatorToken);
      if (problem !== null) screen.notice(`the simulation could not be stopped: ${problem}`);
      if (closing) return 1;
      screen.mute();
      audit = runOnScreen([...AUDIT_SCRIPT, '--wait', AUDIT_WAIT], { ...env, ...signInOf('audit') });
      return audit.exitCode;
    },

    /**
     * Stops the apps, then Redis.
     * @returns what did not end well, in words
     */
    async close(): Promise<string[]> {
      closing = true;
      audit?.signal('SIGTERM');
      const problems = await Promise.all(processes.map(closeOne));
      await redis.stop();
      return problems.flat();
    },

    /** Ends everything at once, for a process that exits in the same moment. */
    abandon() {
      audit?.signal('SIGKILL');
      for (const each of processes) void each.kill();
      redis.abandon();
    },
  };
}

async function becomeHealthy(each: AppProcess) {
  const problem = await waitUntilHealthy(each.app, { deadlineMs: OPEN_DEADLINE_MS });
  if (problem === null) {
    each.markHealthy();
    return;
  }
  await sleep(0); // a refusal that came in the same moment says more
  const deadline = `${String(OPEN_DEADLINE_MS / 1000)}s`;
  throw new Failure(`${each.app.title} was not healthy within ${deadline}. ${problem}`, each.tail(SHOWN_LINES));
}

async function closeOne(each: AppProcess) {
  const { title } = each.app;
  const wasRunning = each.isRunning();
  if (!(await each.stop(CLOSE_DEADLINE_MS))) {
    return [`${title} did not stop within ${String(CLOSE_DEADLINE_MS / 1000)}s and was killed`];
  }
  return wasRunning ? [] : [`${title} was not running`];
}
