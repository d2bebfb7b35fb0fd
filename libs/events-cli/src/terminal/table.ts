import { safe } from 'nestjs-event-streams/text';
import { PLAIN, type Paint, type Style } from './paint.js';
import { cut, widthOf } from './text.js';

/** A column; the first one gives way to the others where the terminal is narrow. */
export interface Column {
  title: string;
  align?: 'right';
  /** Where there is no room for all, those with the lowest go. */
  worth: number;
}

/** Text, with how it is marked; whatever it is, the table makes it harmless. */
export type Cell = string | { text: string; style: Style };

/** Where nothing has to be cut to a terminal, a longer text would still make all lines of the table as long as it. */
const MAX_CELL_LENGTH = 500;
const GAP = 2;
const NARROWEST_FIRST = 14;

/**
 * A table as lines, its head first.
 *
 * @param width of the terminal; undefined for as much as it takes
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { width, paint = PLAIN }: { width?: number | undefined; paint?: Paint } = {},
): string[] {
  const widths = columns.map(({ title }, index) =>
    rows.reduce((most, row) => Math.max(most, widthOf(textOf(row[index]))), widthOf(title)),
  );
  const shown = width === undefined ? columns.map((_, index) => index) : fitting(columns, widths, width);
  const line = (cells: readonly Cell[]): string =>
    shown
      .map((index, place) => {
        const isLast = place === shown.length - 1;
        return aligned(cells[index] ?? '', widths[index] ?? 0, columns[index]?.align, isLast, paint);
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  return [line(columns.map(({ title }) => ({ text: title, style: 'dim' as const }))), ...rows.map(line)];
}

/** Which columns are shown, after the first one's width was cut in `widths` to what is left for it. */
function fitting(columns: readonly Column[], widths: number[], width: number): number[] {
  let shown = columns.map((_, index) => index);
  const others = (): number => shown.slice(1).reduce((sum, index) => sum + GAP + (widths[index] ?? 0), 0);
  const least = Math.min(widths[0] ?? 0, NARROWEST_FIRST);
  while (shown.length > 1 && others() + least > width) {
    const poorest = shown.slice(1).reduce((a, b) => ((columns[b]?.worth ?? 0) < (columns[a]?.worth ?? 0) ? b : a));
    shown = shown.filter((index) => index !== poorest);
  }
  widths[0] = Math.max(1, Math.min(widths[0] ?? 0, width - others()));
  return shown;
}

function aligned(cell: Cell, width: number, align: 'right' | undefined, isLast: boolean, paint: Paint): string {
  const text = cut(textOf(cell), width);
  const painted = typeof cell === 'string' ? text : paint(cell.style, text);
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  if (align === 'right') return space + painted;
  return isLast ? painted : painted + space;
}

function textOf(cell: Cell | undefined): string {
  return cut(
    safe((typeof cell === 'object' ? cell.text : (cell ?? '')).slice(0, MAX_CELL_LENGTH + 1)),
    MAX_CELL_LENGTH,
  );
}
