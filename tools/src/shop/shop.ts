import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.js';
import { startInForeground } from '../machine/foreground.js';
import { redisEnvironment } from '../redis/address.js';
import { wantsColour } from '../terminal/paint.js';
import { AppProcess } from './app-process.js';
import { urlOf, type PlannedApp } from './apps.js';
import { AUDIT_SCRIPT } from './audit-script.js';
import { waitUntilHealthy } from './health.js';
import { environmentOf, type OperatorToken } from './operator-token.js';
import { stopSimulation } from './simulation.js';
import type { ProvidedRedis } from '../redis/provided.js';
import type { createScreen } from './screen.js';
import { formatSeconds } from '../terminal/duration.js';

const OPEN_DEADLINE_MS = 60_000;

/** Longer than SHUTDOWN_TIMEOUT_MS of the apps, in which they finish what is in flight. */
const CLOSE_DEADLINE_MS = 12_000;

/** How long the audit waits until all events are handled. */
const AUDIT_WAIT = '60s';

const SHOWN_LINES = 20;

export type Shop = ReturnType<typeof createShop>;

interface CreateShopOptions {
  readonly apps: readonly PlannedApp[];
  readonly redis: Pick<ProvidedRedis, 'url' | 'stop' | 'abandon'>;
  /** The token of all apps. */
  readonly operatorToken: OperatorToken;
  /** The variables by which an app or the audit authenticates as its Redis user. @default none */
  readonly signInOf?: (user: string) => Record<string, string>;
  readonly screen: Pick<ReturnType<typeof createScreen>, 'notice' | 'mute' | 'listenerOf'>;
}

/** The processes of the shop, on a running Redis. */
export function createShop({ apps, redis, operatorToken, signInOf = () => ({}), screen }: CreateShopOptions) {
  const env = redisEnvironment(redis.url);
  const colour = wantsColour(process.stdout) ? { FORCE_COLOR: process.env['FORCE_COLOR'] ?? '1' } : {};
  const forApps = { ...env, ...environmentOf(operatorToken), ...colour };
  const processes = apps.map(
    (app) => new AppProcess(app, { ...forApps, ...signInOf(app.name) }, screen.listenerOf(app.title)),
  );
  let audit: ReturnType<typeof startInForeground> | null = null;
  let closing = false;

  return {
    processes,

    /** Starts all apps and waits until each is healthy. Rejects if one is not within 60 s, or if its configuration is not valid. */
    async open() {
      for (const each of processes) each.start();
      await Promise.race([
        Promise.all(processes.map(waitUntilAppHealthy)),
        ...processes.map(async (each) => {
          const reason = await each.refused;
          throw new Failure(`${reason}:`, each.tail(SHOWN_LINES));
        }),
      ]);
    },

    /** Stops the simulation, waits until all events are handled, and checks the laws. Resolves with the audit's exit code. */
    async checkLaws() {
      const order = apps.find(({ title }) => title === 'order');
      const problem =
        order === undefined ? 'there is no order service' : await stopSimulation(urlOf(order), operatorToken);
      if (problem !== null) screen.notice(`the simulation could not be stopped: ${problem}`);
      if (closing) return 1;
      screen.mute();
      audit = startInForeground([...AUDIT_SCRIPT, '--wait', AUDIT_WAIT], { ...env, ...signInOf('audit') });
      return audit.exitCode;
    },

    /**
     * Stops the apps, then Redis.
     * @returns a text for each app that did not stop as it should
     */
    async close(): Promise<string[]> {
      closing = true;
      audit?.signal('SIGTERM');
      const problems = await Promise.all(processes.map(closeOne));
      await redis.stop();
      return problems.flat();
    },

    /** Ends everything at once and without waiting, for a process that is about to exit. */
    abandon() {
      audit?.signal('SIGKILL');
      for (const each of processes) void each.kill();
      redis.abandon();
    },
  };
}

async function waitUntilAppHealthy(each: AppProcess) {
  const problem = await waitUntilHealthy(each.app, { deadlineMs: OPEN_DEADLINE_MS });
  if (problem === null) {
    each.markHealthy();
    return;
  }
  await sleep(0); // if the configuration was rejected at the same moment, that message comes first, because it says more
  const deadline = formatSeconds(OPEN_DEADLINE_MS);
  throw new Failure(`${each.app.title} was not healthy within ${deadline}. ${problem}`, each.tail(SHOWN_LINES));
}

async function closeOne(each: AppProcess) {
  const { title } = each.app;
  const wasRunning = each.isRunning;
  if (!(await each.stop(CLOSE_DEADLINE_MS))) {
    return [`${title} did not stop within ${formatSeconds(CLOSE_DEADLINE_MS)} and was killed`];
  }
  return wasRunning ? [] : [`${title} was not running`];
}
