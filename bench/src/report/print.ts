import type { paintFor } from '@shop/tools';
import type { Table } from './tables.js';

/** A table for the terminal. */
export function printTable({ title, head, rows, notes }: Table, paint: ReturnType<typeof paintFor>): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
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

/** A table in Markdown. */
export function markdownTable({ head, rows, notes }: Table): string {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line), '', ...notes.map((note) => `- ${note}`), ''].join('\n');
}
