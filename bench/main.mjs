// Runs the benchmark; tools/src/commands/bench.ts has set everything up.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createProgress, listenForInterruption, messageOf, paintFor, printFailure, ROOT } from '@shop/tools';
import { parseBenchArguments, USAGE } from './arguments.mjs';
import { CONTESTANTS, loadContestant } from './contestants/all.mjs';
import { createOrders } from './orders.mjs';
import { writeDocument } from './report/document.mjs';
import { resultsOf } from './report/results.mjs';
import { printTable, tablesOf } from './report/tables.mjs';
import { describeMachine, machineLines } from './run/machine.mjs';
import { measure } from './run/measure.mjs';
import { createCounts, planOf } from './run/plan.mjs';

const EXIT_INTERRUPTED = 130;

// The servers and the processes have a last will each.
const leave = () => process.exit(EXIT_INTERRUPTED);
listenForInterruption({ first: leave, again: leave });

try {
  process.exit(await main());
} catch (error) {
  printFailure(error);
  process.exit(1);
}

/** @returns {Promise<number>} the exit code: 1 where a contestant failed */
async function main() {
  const options = parseBenchArguments(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const machine = await describeMachine();
  const contestants = await Promise.all(
    Object.keys(CONTESTANTS).map(async (name) => ({ name, ...(await loadContestant(name)) })),
  );
  const titles = Object.fromEntries(contestants.map(({ name, title }) => [name, title]));
  const jsonBytes = JSON.stringify(createOrders(0, 1).next()).length;
  for (const line of machineLines(machine)) console.log(line);
  console.log(`order_placed with three items, ${String(jsonBytes)} bytes of JSON\n`);

  const samples = await takeSamples(options);
  const results = resultsOf(samples);
  console.log(`\nfor each event: µs of CPU, commands sent, bytes that the server gets and sends\n`);
  for (const table of tablesOf(results, titles)) console.log(printTable(table, paintFor(process.stdout)));

  if (options.json !== undefined) {
    const report = { schema: 1, machine, rounds: options.rounds, quick: options.quick, jsonBytes, samples, results };
    await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  if (options.writeDocs) {
    const written = await writeDocument({ machine, results, contestants, rounds: options.rounds, jsonBytes });
    for (const file of written) console.log(`wrote ${path.relative(ROOT, file)}`);
  }
  return results.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

/**
 * @param {import('./arguments.mjs').BenchOptions} options
 * @returns {Promise<import('./report/results.mjs').Sample[]>}
 */
async function takeSamples(options) {
  const { step } = createProgress(process.stdout);
  const counts = createCounts(options);
  if (options.profile !== undefined) await mkdir(options.profile, { recursive: true });
  /** @type {import('./report/results.mjs').Sample[]} */
  const samples = [];
  const plan = await planOf(options);
  for (const [index, entry] of plan.entries()) {
    const { aof, scenario, contestant, round } = entry;
    const { events, warmUp, deadlineMs } = counts.of(entry);
    const profile =
      options.profile === undefined || round > 0
        ? undefined
        : path.resolve(options.profile, `${scenario.name}-${contestant}`);
    const sample = { scenario: scenario.name, contestant, aof, round, events, warmUp };
    await step(`${String(index + 1)}/${String(plan.length)}`, async (log) => {
      log(`${scenario.name}/${contestant}${aof === 'off' ? ' without AOF' : ''}, round ${String(round + 1)} …`);
      try {
        const figures = await measure({ scenario, contestant, aof, events, warmUp, deadlineMs, profile });
        counts.learn(entry, figures);
        samples.push({ ...sample, figures });
      } catch (error) {
        const details = error instanceof Error && 'details' in error ? /** @type {string[]} */ (error.details) : [];
        samples.push({ ...sample, failed: [messageOf(error), ...details].join('\n  ') });
        log(`failed: ${messageOf(error)}`);
      }
    });
  }
  return samples;
}
