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

/** What `docs/performance.md` is written from. */
export interface Report {
  readonly machine: Machine;
  readonly results: readonly Result[];
  readonly contestants: readonly Pick<NamedContestant, 'name' | 'title' | 'about'>[];
  readonly rounds: number;
  /** Of one event's data. */
  readonly jsonBytes: number;
}

/**
 * Writes docs/performance.md and docs/performance.svg.
 *
 * @returns the files that were written
 */
export async function writeDocument(
  { machine, results, contestants, rounds, jsonBytes }: Report,
  folder = path.join(ROOT, 'docs'),
): Promise<string[]> {
  const titles = new Map(contestants.map(({ name, title }) => [name, title]));
  const shown = results.some(({ aof }) => aof === 'everysec') ? 'everysec' : 'off';
  const tables = tablesOf(results, titles).map((table) => `### ${table.title}\n\n${markdownTable(table)}`);
  const text = `# Performance

Written by \`npm run bench -- --write-docs\`; do not edit it by hand.

${machineLines(machine)
  .map((line) => `- ${line}`)
  .join('\n')}

![Events a second, by scenario and contestant](performance.svg)

## Who

${contestants.map(({ title, about }) => `- **${title}**: ${about}.`).join('\n')}

## How to read it

Each measurement has a \`redis-server\` of its own and a process, or two, of the contestant’s own, on the same machine. The
contestants take turns, ${String(rounds)} ${rounds === 1 ? 'round' : 'rounds'}; a figure is the median of them, with the smallest and the largest beside it. Only figures of one run can be
compared, best as ratios: **× yardstick** is a contestant’s events per second, divided by the yardstick’s.

- An event is the shop’s \`order_placed\` with three items, ${String(jsonBytes)} bytes of JSON; orders are made before the clock runs.
- There is a warm-up before each measurement, with events that do not count.
- _100 callers_ await one publish each, again and again; the yardstick serves them with its pipelines. _Batches_ are of 100, two in
  flight, for everybody.
- _Consume_: a backlog is there before; the clock runs from the last event of the warm-up to the last event.
- **client µs**, **server µs**: CPU time for each event, of all threads of the contestant’s processes (\`process.cpuUsage\`), and
  of the server (\`INFO cpu\`), its writing of the AOF included.
- **commands**: what the client sends for each event, counted in the client, since \`INFO commandstats\` counts what runs inside of
  scripts and transactions, too.
- **bytes in**, **bytes out**: what the server receives and sends for each event (\`INFO stats\`).
- _Latency_ runs from the time when an event should have been sent, a fixed schedule, to the beginning of its handler in another
  process, on the clock that both have in common. The publisher is busy all the time, which costs one core.
- _Memory_: the consumer’s heap after a garbage collection, and its resident set, when the backlog is new, half done, and done.
- _With nothing to do_: what workers of one group send that read ten streams each on which nothing happens, for ten seconds, once
  they have settled; **client ms/s** and **server ms/s** are CPU time, of all workers together. It is measured once.

Every event must be handled exactly once, and Redis must have all that was published; where not, there is no figure, but
_failed_.

## Figures

${tables.join('\n')}`;
  const file = path.join(folder, 'performance.md');
  const options = await prettier.resolveConfig(path.join(ROOT, 'docs', 'performance.md'));
  await mkdir(folder, { recursive: true });
  await writeFile(file, await prettier.format(text, { ...options, parser: 'markdown' }));
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
