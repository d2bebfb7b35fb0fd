import { ROOT } from '@shop/tools';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import prettier from 'prettier';
import type { NamedContestant } from '../contestants/all.js';
import { chartOf } from './chart.js';
import { machineLines, type Machine } from './machine.js';
import { markdownTable } from './print.js';
import type { Result } from './results.js';
import { tablesOf } from './tables.js';

/** The content of `docs/performance.md`. */
export interface Report {
  readonly machine: Machine;
  readonly results: readonly Result[];
  readonly contestants: readonly Pick<NamedContestant, 'name' | 'title' | 'about'>[];
  readonly rounds: number;
  /** The size of one event's data. */
  readonly jsonBytes: number;
}

/**
 * Writes docs/performance.md and docs/performance.svg.
 *
 * @returns the files that were written
 */
export async function writeDocument(report: Report, folder = path.join(ROOT, 'docs')): Promise<string[]> {
  const { results, contestants } = report;
  const titles = new Map(contestants.map(({ name, title }) => [name, title]));
  const shown = results.some(({ aof }) => aof === 'everysec') ? 'everysec' : 'off';
  const file = path.join(folder, 'performance.md');
  const options = await prettier.resolveConfig(path.join(ROOT, 'docs', 'performance.md'));
  await mkdir(folder, { recursive: true });
  await writeFile(file, await prettier.format(documentOf(report, titles), { ...options, parser: 'markdown' }));
  const picture = path.join(folder, 'performance.svg');
  await writeFile(
    picture,
    chartOf(
      results.filter(({ aof }) => aof === shown),
      titles,
    ),
  );
  return [file, picture];
}

function documentOf(
  { machine, results, contestants, rounds, jsonBytes }: Report,
  titles: ReadonlyMap<string, string>,
): string {
  const tables = tablesOf(results, titles).map((table) => `### ${table.title}\n\n${markdownTable(table)}`);
  return `# Performance

Written by \`npm run bench -- --write-docs\`; do not edit it by hand.

${machineLines(machine)
  .map((line) => `- ${line}`)
  .join('\n')}

![Events a second, by scenario and contestant](performance.svg)

## Contestants

${contestants.map(({ title, about }) => `- **${title}**: ${about}.`).join('\n')}

## How to read it

For each measurement, a contestant gets its own processes and its own \`redis-server\`, all on one machine. The contestants
take turns, ${String(rounds)} ${rounds === 1 ? 'round' : 'rounds'}. A figure is the median of the rounds; the minimum and the maximum are beside it. Compare only
figures of one run. The ratio **× yardstick** is the contestant’s events per second, divided by those of the yardstick.

- An event is the shop’s \`order_placed\` with three items, ${String(jsonBytes)} bytes of JSON. The orders are created before the clock starts.
- Each measurement begins with a warm-up, whose events do not count.
- _100 callers_: each of a hundred callers awaits one publish after the other. The yardstick collects them in its
  pipelines. _Batches_: batches of 100 events, two in flight.
- _Consume_: the whole backlog is in Redis before the consumer starts. The time is that from the last event of the warm-up
  to the last event.
- **client µs**: CPU time for each event, of all threads of the contestant’s processes (\`process.cpuUsage\`).
- **server µs**: CPU time for each event, of Redis (\`INFO cpu\`), including the writing of the AOF.
- **commands**: commands that the client sends for each event. The client counts them, because \`INFO commandstats\` also
  counts the commands inside scripts and transactions.
- **bytes in**, **bytes out**: bytes that the server receives and sends for each event (\`INFO stats\`).
- _Latency_: from the scheduled time of the event to the start of its handler, in another process. Both processes read the
  same clock. The publisher keeps one core busy, so that it publishes on time.
- _Memory_: the consumer’s heap after a garbage collection, and its resident set, at the start, in the middle and at the end
  of the backlog.
- _With nothing to do_: commands and CPU time of the workers of one group, each of which reads ten empty streams, during ten
  seconds. **client ms/s** and **server ms/s** are the CPU time of all workers together. This is measured once.

Each measurement checks that every event was handled exactly once, and that Redis has every published event. If not, the
table says _failed_ instead of a figure.

## Figures

${tables.join('\n')}`;
}
