import { styleText } from 'node:util';
import type { AuditReport } from './audit.js';
import type { LawResult } from './laws/law.js';
import { describeOpenWork } from './quiet.js';
import { summaryLines } from './summary-lines.js';
import { number, safe } from './text.js';

/** How many problems of a law are listed. Of the others, only the number is shown. */
const SHOWN_PROBLEMS = 10;

const PROBLEM_INDENT = ' '.repeat(17);

/** Colours a text. */
export type Paint = (style: 'bold' | 'red' | 'green' | 'yellow', text: string) => string;

/** A function that colours text if the stream is a terminal and NO_COLOR is not set. */
export function paintFor(stream: { isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): Paint {
  if (stream.isTTY !== true || (env['NO_COLOR'] ?? '') !== '') return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}

/** The report as text for people: a summary, a line for each law with its problems, and the result. */
export function formatReport(report: AuditReport, paint: Paint = (_style, text) => text): string {
  const blocks = [
    summaryLines(report.prefix, report.summary).join('\n'),
    ...(report.quiet ? [] : [notQuiet(report, paint)]),
    report.laws.map((law) => formatLaw(law, paint)).join('\n'),
    verdict(report, paint),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function formatLaw({ law, title, checked, problems }: LawResult, paint: Paint): string {
  const kept = problems.length === 0;
  const mark = kept ? paint('green', 'kept  ') : paint('red', 'BROKEN');
  const head = `law ${String(law)}  ${mark}  ${number(checked)} ${title}`;
  const shown = problems.slice(0, SHOWN_PROBLEMS).map((problem) => `${PROBLEM_INDENT}${safe(problem)}`);
  const rest = problems.length - shown.length;
  return [head, ...shown, ...(rest > 0 ? [`${PROBLEM_INDENT}… and ${number(rest)} more`] : [])].join('\n');
}

function notQuiet({ open }: AuditReport, paint: Paint): string {
  const advice = 'The laws hold only in a quiet shop: stop the simulation (POST /simulation/stop), and add --wait 60s.';
  return `${paint('yellow', 'The shop was not quiet.')} ${advice}\n${describeOpenWork(open)}`;
}

function verdict({ laws, kept }: AuditReport, paint: Paint): string {
  if (kept) return paint('bold', paint('green', `All ${String(laws.length)} laws kept.`));
  const broken = laws.filter(({ problems }) => problems.length > 0).length;
  return paint('bold', paint('red', `${String(broken)} of ${String(laws.length)} laws broken.`));
}
