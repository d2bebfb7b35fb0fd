import {
  createProgress,
  Failure,
  findRedis,
  listenForInterruption,
  messageOf,
  paintFor,
  printFailure,
  REDIS_SERVER_ADVICE,
  ROOT,
  type RedisBinary,
} from '@shop/tools';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseBenchArguments, USAGE, type BenchOptions } from '../arguments.js';
import { loadContestants, type NamedContestant } from '../contestants/all.js';
import { measure } from '../measure/measure.js';
import { createOrders } from '../orders.js';
import { planOf } from '../plan/plan.js';
import { Sizes } from '../plan/sizes.js';
import { writeDocument } from '../report/document.js';
import { describeMachine, machineLines } from '../report/machine.js';
import { resultsOf, type Sample } from '../report/results.js';
import { printTable } from '../report/print.js';
import { tablesOf } from '../report/tables.js';

const EXIT_INTERRUPTED = 130;

/**
 * `npm run bench`: measures all contestants and prints the tables.
 *
 * @returns the exit code: 1 if a contestant failed
 */
export async function main(args: readonly string[]): Promise<number> {
  // Servers and processes end with this process, even if it is killed.
  const exit = () => process.exit(EXIT_INTERRUPTED);
  listenForInterruption({ first: exit, again: exit });
  try {
    const options = parseBenchArguments(args);
    if (!options.help) return await bench(options);
    process.stdout.write(USAGE);
    return 0;
  } catch (error) {
    printFailure(error);
    return 1;
  }
}

async function bench(options: BenchOptions): Promise<number> {
  const redis = await findServer();
  const machine = describeMachine(redis.version);
  const contestants = await loadContestants();
  const titles = new Map(contestants.map(({ name, title }) => [name, title]));
  const jsonBytes = JSON.stringify(createOrders(0, 1).next()).length;
  for (const line of machineLines(machine)) console.log(line);
  console.log(`order_placed with three items, ${String(jsonBytes)} bytes of JSON\n`);

  const samples = await measureAll(options, contestants, redis);
  const results = resultsOf(samples);
  console.log(`\nper event: µs of CPU time, commands sent, bytes that the server receives and sends\n`);
  for (const table of tablesOf(results, titles)) console.log(printTable(table, paintFor(process.stdout)));

  const { rounds, quick } = options;
  if (options.json !== undefined) {
    const report = { schema: 1, machine, rounds, quick, jsonBytes, samples, results };
    await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  if (options.writeDocs) {
    const written = await writeDocument({ machine, results, contestants, rounds, jsonBytes });
    for (const file of written) console.log(`wrote ${path.relative(ROOT, file)}`);
  }
  return results.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

function findServer(): Promise<RedisBinary> {
  return createProgress(process.stdout).step('setup', async (log) => {
    const found = await findRedis({ log });
    if (found === null)
      throw new Failure(`The benchmark needs a redis-server program, and none was found.\n${REDIS_SERVER_ADVICE}`);
    return found;
  });
}

async function measureAll(
  options: BenchOptions,
  contestants: readonly NamedContestant[],
  redis: RedisBinary,
): Promise<Sample[]> {
  const { step } = createProgress(process.stdout);
  const sizes = new Sizes(options);
  const plan = planOf(options, contestants);
  if (options.profile !== undefined) await mkdir(options.profile, { recursive: true });
  const samples: Sample[] = [];
  for (const [index, entry] of plan.entries()) {
    const { aof, scenario, contestant, round } = entry;
    const { events, warmUp, deadlineMs } = sizes.of(entry);
    const profile =
      options.profile === undefined || round > 0
        ? undefined
        : path.resolve(options.profile, `${scenario.name}-${contestant}`);
    const sample = { scenario: scenario.name, contestant, aof, round, events, warmUp };
    await step(`${String(index + 1)}/${String(plan.length)}`, async (log) => {
      log(`${scenario.name}/${contestant}${aof === 'off' ? ' without AOF' : ''}, round ${String(round + 1)} …`);
      try {
        const figures = await measure({ scenario, contestant, aof, events, warmUp, deadlineMs, profile }, redis);
        sizes.record(entry, figures);
        samples.push({ ...sample, figures });
      } catch (error) {
        const details = error instanceof Failure ? error.details : [];
        samples.push({ ...sample, failed: [messageOf(error), ...details].join('\n  ') });
        log(`failed: ${messageOf(error)}`);
      }
    });
  }
  return samples;
}
