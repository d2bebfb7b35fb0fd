import { table, type paintFor } from '@shop/tools';
import type { Table } from './tables.js';

/** A table for the terminal. */
export function printTable({ title, head, rows, notes }: Table, paint: ReturnType<typeof paintFor>): string {
  const [first = '', ...lines] = table(head, rows);
  return [paint('bold', title), paint('dim', first), ...lines, ...notes.map((note) => paint('red', note)), ''].join(
    '\n',
  );
}

/** A table in Markdown. */
export function markdownTable({ head, rows, notes }: Table): string {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line), '', ...notes.map((note) => `- ${note}`), ''].join('\n');
}
