import { IDLE_STREAMS, SCENARIOS } from '../scenarios.mjs';

/**
 * A table of texts; the first column is text, the others are numbers.
 * @typedef {object} Table
 * @property {string} title
 * @property {readonly string[]} head
 * @property {readonly (readonly string[])[]} rows
 * @property {readonly string[]} notes
 */

/**
 * One table for each scenario and persistence.
 * @param {readonly import('./results.mjs').Result[]} results
 * @param {Readonly<Record<string, string>>} titles of the contestants
 * @returns {Table[]}
 */
export function tablesOf(results, titles) {
  return /** @type {const} */ (['everysec', 'off']).flatMap((aof) =>
    SCENARIOS.flatMap((scenario) => {
      const own = results.filter((result) => result.aof === aof && result.scenario === scenario);
      if (own.length === 0) return [];
      const { head, cells } = COLUMNS[scenario.kind === 'publish' ? 'consume' : scenario.kind];
      const beside = scenario.beside === undefined ? '' : ` (ratio to the yardstick’s ${scenario.beside})`;
      return {
        title: `${scenario.title}${beside} · ${aof === 'off' ? 'no AOF' : 'AOF everysec'}`,
        head: ['', ...head],
        rows: own.map((result) => [
          titles[result.contestant] ?? result.contestant,
          ...(result.failures.length > 0 ? ['failed', ...head.slice(1).map(() => '')] : cells(result)),
        ]),
        notes: own.flatMap(({ contestant, failures }) =>
          failures.map((failure) => `${titles[contestant] ?? contestant} failed: ${failure}`),
        ),
      };
    }),
  );
}

const COLUMNS = {
  consume: {
    head: ['events/s', 'min – max', '× yardstick', 'client µs', 'server µs', 'commands', 'bytes in', 'bytes out'],
    cells: (/** @type {import('./results.mjs').Result} */ { figures, ratio }) => [
      whole(figures['perSecond']?.median),
      range(figures['perSecond'], whole),
      ratio === undefined ? '–' : ratio.toFixed(2),
      ...['clientCpuUs', 'serverCpuUs'].map((name) => fixed(figures[name]?.median, 1)),
      fixed(figures['commands']?.median, 3),
      ...['bytesIn', 'bytesOut'].map((name) => whole(figures[name]?.median)),
    ],
  },
  latency: {
    head: ['p50 ms', 'min – max', 'p99 ms', 'min – max', 'p99.9 ms', 'min – max'],
    cells: (/** @type {import('./results.mjs').Result} */ { figures }) =>
      ['p50', 'p99', 'p999'].flatMap((name) => [
        fixed(figures[name]?.median, 2),
        range(figures[name], (value) => fixed(value, 2)),
      ]),
  },
  memory: {
    head: ['backlog', 'heap MiB: start', 'middle', 'end', 'rss MiB: start', 'middle', 'end', 'server bytes/event'],
    cells: (/** @type {import('./results.mjs').Result} */ { figures, memory = [] }) => [
      whole((memory.at(-1)?.count ?? Number.NaN) + 1),
      ...[0, 1, 2].map((index) => fixed(mebibytes(memory[index]?.heap), 1)),
      ...[0, 1, 2].map((index) => fixed(mebibytes(memory[index]?.rss), 0)),
      whole(figures['serverBytes']?.median),
    ],
  },
  idle: {
    head: ['commands/s', 'for each worker', 'for each worker and stream', 'client ms/s', 'server ms/s'],
    cells: (/** @type {import('./results.mjs').Result} */ { scenario: { workers = 1 }, figures }) => {
      const commands = figures['idleCommands']?.median;
      return [
        ...[1, workers, workers * IDLE_STREAMS].map((among) => fixed(commands && commands / among, 2)),
        ...['idleClientCpuMs', 'idleServerCpuMs'].map((name) => fixed(figures[name]?.median, 2)),
      ];
    },
  },
};

/** @param {number | undefined} bytes */
function mebibytes(bytes) {
  return bytes === undefined ? undefined : bytes / 2 ** 20;
}

/** @param {number | undefined} value */
function whole(value) {
  return value === undefined || Number.isNaN(value) ? '–' : Math.round(value).toLocaleString('en');
}

/**
 * @param {number | undefined} value
 * @param {number} digits
 */
function fixed(value, digits) {
  return value === undefined ? '–' : value.toFixed(digits);
}

/**
 * @param {import('./statistics.mjs').Spread | undefined} spread
 * @param {(value: number) => string} show
 */
function range(spread, show) {
  return spread === undefined ? '–' : `${show(spread.min)} – ${show(spread.max)}`;
}

/**
 * A table for the terminal.
 * @param {Table} table
 * @param {ReturnType<typeof import('@shop/tools').paintFor>} paint
 * @returns {string}
 */
export function printTable({ title, head, rows, notes }, paint) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)));
  const line = (/** @type {readonly string[]} */ row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [
    paint('bold', title),
    paint('dim', line(head)),
    ...rows.map(line),
    ...notes.map((note) => paint('red', note)),
    '',
  ].join('\n');
}

/**
 * A table in Markdown.
 * @param {Table} table
 * @returns {string}
 */
export function markdownTable({ head, rows, notes }) {
  const line = (/** @type {readonly string[]} */ row) => `| ${row.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line), '', ...notes.map((note) => `- ${note}`), ''].join('\n');
}
