import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, startRedis } from '@shop/tools';
import { loadContestant } from '../contestants/all.mjs';
import { now } from '../process/clock.mjs';
import { IDLE_STREAMS, LATENCY_PER_SECOND } from '../scenarios.mjs';
import { percentilesOf } from '../report/statistics.mjs';
import { startChild } from './child.mjs';
import { checkAll, checkCommands, checkOnce } from './correctness.mjs';
import { span, timeAt, valueAt } from './marks.mjs';
import { watchServer } from './server-stats.mjs';

/**
 * @typedef {object} Task
 * @property {import('../scenarios.mjs').Scenario} scenario
 * @property {string} contestant
 * @property {'everysec' | 'off'} aof
 * @property {number} warmUp
 * @property {number} events of workers that wait: seconds
 * @property {number} deadlineMs for all of it, filling the stream included
 * @property {string | undefined} profile
 *
 * What one measurement has shown; what a scenario does not measure is absent.
 * @typedef {object} Figures
 * @property {number} [ms] how long it took
 * @property {number} [perSecond] events
 * @property {number} [clientCpuUs] for each event, all processes of the contestant that are measured
 * @property {number} [serverCpuUs] for each event
 * @property {number} [commands] sent for each event
 * @property {number} [bytesIn] that the server got for each event
 * @property {number} [bytesOut] that it sent for each event
 * @property {import('../report/statistics.mjs').Percentiles} [latencyMs]
 * @property {import('../process/memory.mjs').MemorySample[]} [memory] of the consumer
 * @property {number} [idleCommands] that workers which wait send in a second, all together
 * @property {number} [idleClientCpuMs] that they take in a second, and the server
 * @property {number} [idleServerCpuMs]
 * @property {number} [serverBytes] the server's memory for each event that waits
 */

/** @typedef {{ url: string, start: (settings: Omit<import('../process/settings.mjs').Settings, 'contestant' | 'url' | 'warmUp' | 'events'>) => import('./child.mjs').Child, server: Awaited<ReturnType<typeof watchServer>> }} Ground */

const MEASURES = {
  publish: measurePublish,
  consume: measureConsume,
  latency: measureLatency,
  memory: measureMemory,
  idle: measureIdle,
};

/**
 * Measures one thing once, on a Redis of its own. What was lost or done twice makes it a failure, as does its deadline.
 * @param {Task} task
 * @returns {Promise<Figures>}
 */
export async function measure(task) {
  const aof = task.aof === 'off' ? ['--appendonly', 'no'] : [];
  // Pub/sub has no backlog: where the consumer is slower than its publisher, the server must hold what is on its way.
  const redis = await startRedis({ args: [...aof, '--client-output-buffer-limit', 'pubsub', '0', '0', '0'] });
  /** @type {import('./child.mjs').Child[]} */
  const children = [];
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const server = await watchServer(redis.url);
  try {
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => {
        reject(new Failure(`no end within ${String(Math.round(task.deadlineMs / 1000))}s${progressOf(task)}`));
      }, task.deadlineMs);
    });
    const { contestant, warmUp, events } = task;
    const ground = {
      url: redis.url,
      server,
      start: (/** @type {any} */ settings) => {
        const child = startChild({ ...settings, contestant, url: redis.url, warmUp, events });
        children.push(child);
        return child;
      },
    };
    return /** @type {Figures} */ (await Promise.race([MEASURES[task.scenario.kind](task, ground), late]));
  } finally {
    clearTimeout(timer);
    server.close();
    await Promise.all(children.map((child) => child.end(0)));
    await redis.stop();
  }
}

/** @type {WeakMap<Task, number>} */
const handledSoFar = new WeakMap();

/** @param {Task} task */
function progressOf(task) {
  const handled = handledSoFar.get(task);
  return handled === undefined
    ? ''
    : `: ${String(handled)} of ${String(task.warmUp + task.events)} events were handled`;
}

/**
 * @param {Task} task
 * @param {Ground} ground
 * @returns {Promise<Figures>}
 */
async function measurePublish({ scenario, warmUp, events, profile }, { start, server }) {
  const child = start({ role: 'publish', how: scenario.how, ...(profile === undefined ? {} : { profile }) });
  await child.hear('warm');
  const before = await server.look();
  child.say('go');
  const { ms, cpuUs, commands } = await child.hear('done');
  const after = await server.look();
  child.say('check');
  const { stored } = await child.hear('checked');
  checkAll(stored, warmUp + events);
  checkCommands(after.scriptsAndReads - before.scriptsAndReads, commands);
  return {
    ms,
    perSecond: (1000 * events) / ms,
    clientCpuUs: cpuUs / events,
    commands: commands / events,
    ...serverFigures(before, after, events),
  };
}

/** What the server did for fewer events says nothing of how it does it. */
const FEWEST_TO_JUDGE = 1000;

/**
 * @param {Task} task
 * @param {Ground} ground
 * @returns {Promise<Figures>}
 */
async function measureConsume(task, ground) {
  const { scenario, warmUp, events } = task;
  const { workers: workerCount = 1, withEffects = false } = scenario;
  const total = warmUp + events;
  const { keepsNothing = false } = await loadContestant(task.contestant);
  if (!keepsNothing) await fillUp(ground);
  const workers = Array.from({ length: workerCount }, (_, index) =>
    ground.start({
      role: 'consume',
      withEffects,
      warmAfter: Math.ceil(warmUp / 2 / workerCount),
      ...(task.profile === undefined || index > 0 ? {} : { profile: task.profile }),
    }),
  );
  await Promise.all(workers.map((worker) => worker.hear('ready')));
  const reached = createProgress(task, workers);
  const opened = workers.map((worker) => worker.hear('open'));
  for (const worker of workers) worker.say('go');
  await Promise.all(opened);
  const filling = keepsNothing ? fillUp(ground) : undefined;
  await reached(warmUp);
  const before = await ground.server.look();
  await reached(total);
  const after = await ground.server.look();
  await filling;

  const accounts = await takeAccounts(workers, total, withEffects);
  /** @type {import('../process/consume.mjs').Mark[][]} */
  const marks = accounts.map((account) => account['marks']);
  // From when all workers are warm to the last event.
  const startAt = Math.max(...marks.map((own) => own[0]?.at ?? 0), timeAt(marks, warmUp));
  const { count, ms, cpu, commands } = span(marks, startAt);
  const seenByServer = valueAt(marks, after.at, 'count') - valueAt(marks, before.at, 'count');
  // A few events, as in a trial run, may all have passed between two looks at the server.
  if (seenByServer >= FEWEST_TO_JUDGE) {
    checkCommands((after.scriptsAndReads - before.scriptsAndReads) / seenByServer, commands / count, 0.1);
  }
  return {
    ms,
    perSecond: (1000 * count) / ms,
    clientCpuUs: cpu / count,
    commands: commands / count,
    // Of a server that is fed meanwhile, nobody can tell what it does for whom.
    ...(keepsNothing ? {} : serverFigures(before, after, seenByServer)),
  };
}

/**
 * @param {Task} task
 * @param {Ground} ground
 * @returns {Promise<Figures>}
 */
async function measureLatency(task, { start }) {
  const { warmUp, events } = task;
  const total = warmUp + events;
  const worker = start({ role: 'consume' });
  const publisher = start({ role: 'pace' });
  await Promise.all([worker.hear('ready'), publisher.hear('ready')]);
  const reached = createProgress(task, [worker]);
  const opened = worker.hear('open');
  worker.say('go');
  await opened;
  const startAt = now() + 200;
  publisher.say('go', { startAt });
  await reached(total);
  const [account] = await takeAccounts([worker], total, false);
  /** @type {Float64Array} */
  const arrivals = account?.['arrivals'];
  const latencies = arrivals.map((at, index) => at - startAt - (index * 1000) / LATENCY_PER_SECOND);
  return { latencyMs: percentilesOf(latencies.subarray(warmUp)) };
}

/**
 * @param {Task} task
 * @param {Ground} ground
 * @returns {Promise<Figures>}
 */
async function measureMemory(task, ground) {
  const { warmUp, events } = task;
  const total = warmUp + events;
  const empty = await ground.server.look();
  await fillUp(ground);
  const full = await ground.server.look();
  const worker = ground.start({ role: 'consume', watchMemory: true });
  await worker.hear('ready');
  const reached = createProgress(task, [worker]);
  worker.say('go');
  await reached(total);
  const [account] = await takeAccounts([worker], total, false);
  return { memory: account?.['memory'], serverBytes: (full.memory - empty.memory) / total };
}

/** How long workers are left to themselves before they are looked at. */
const SETTLE_MS = 2000;

/**
 * @param {Task} task
 * @param {Ground} ground
 * @returns {Promise<Figures>}
 */
async function measureIdle({ scenario, events: seconds }, { start, server }) {
  const child = start({ role: 'idle', workers: scenario.workers, streams: IDLE_STREAMS });
  await child.hear('ready');
  await Promise.race([sleep(SETTLE_MS), child.failed]);
  const opened = child.hear('open');
  child.say('go');
  await opened;
  const before = await server.look();
  await Promise.race([sleep(1000 * seconds), child.failed]);
  const after = await server.look();
  const done = child.hear('done');
  child.say('stop');
  const { ms, cpuUs, commands } = await done;
  child.say('leave');
  checkCommands(after.scriptsAndReads - before.scriptsAndReads, commands);
  return {
    idleCommands: (1000 * commands) / ms,
    idleClientCpuMs: cpuUs / ms,
    idleServerCpuMs: (after.cpuUs - before.cpuUs) / (after.at - before.at),
  };
}

/** @param {Ground} ground */
async function fillUp({ start }) {
  const filler = start({ role: 'fill' });
  await filler.hear('done');
  await filler.end();
}

/**
 * @param {Task} task
 * @param {readonly import('./child.mjs').Child[]} workers
 * @returns {(count: number) => Promise<void>} waits until all together have handled so many
 */
function createProgress(task, workers) {
  const counts = workers.map(() => 0);
  /** @type {{ count: number, resolve: () => void }[]} */
  let waiting = [];
  const sum = () => counts.reduce((total, count) => total + count, 0);
  workers.forEach((worker, index) => {
    worker.on('progress', ({ count }) => {
      counts[index] = count;
      handledSoFar.set(task, sum());
      for (const wait of waiting) if (sum() >= wait.count) wait.resolve();
      waiting = waiting.filter((wait) => sum() < wait.count);
    });
  });
  return (count) =>
    Promise.race([
      /** @type {Promise<void>} */ (
        new Promise((resolve) => {
          if (sum() >= count) resolve();
          else waiting.push({ count, resolve });
        })
      ),
      ...workers.map(({ failed }) => failed),
    ]);
}

/**
 * @param {readonly import('./child.mjs').Child[]} workers
 * @param {number} total
 * @param {boolean} withEffects
 */
async function takeAccounts(workers, total, withEffects) {
  const accounts = await Promise.all(
    workers.map((worker) => {
      const account = worker.hear('account');
      worker.say('finish');
      return account;
    }),
  );
  for (const worker of workers) worker.say('leave');
  checkOnce(
    accounts.map((account) => account['times']),
    total,
  );
  for (const account of accounts) checkAll(account['settled'], total);
  if (withEffects && Object.keys(accounts[0]?.['settled'] ?? {}).length < 2) {
    throw new Failure('This contestant does not show the effects of its handlers.');
  }
  return accounts;
}

/**
 * @param {import('./server-stats.mjs').ServerStats} before
 * @param {import('./server-stats.mjs').ServerStats} after
 * @param {number} events in between
 */
function serverFigures(before, after, events) {
  return {
    serverCpuUs: (after.cpuUs - before.cpuUs) / events,
    bytesIn: (after.bytesIn - before.bytesIn) / events,
    bytesOut: (after.bytesOut - before.bytesOut) / events,
  };
}
