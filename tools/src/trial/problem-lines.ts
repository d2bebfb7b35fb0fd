import { formatNumber } from '../terminal/numbers.js';
import type { Paint } from '../terminal/paint.js';

/** The first problems of a report, `most` of them, a line each, and how many more there are. */
export function problemLines(problems: readonly string[], most: number, paint: Paint): string[] {
  const rest = problems.length - most;
  return [
    ...problems.slice(0, most).map((problem) => paint('red', `  ${problem}`)),
    ...(rest > 0 ? [`  … and ${formatNumber(rest)} more`] : []),
  ];
}
