import { readFileSync } from 'node:fs';

/** The fields of Vitest's JSON reports that are summed. */
const FIELDS = ['numPassedTests', 'numFailedTests', 'numPendingTests', 'numTodoTests'] as const;
type Report = Readonly<Record<(typeof FIELDS)[number], number>>;

/**
 * Sums the results of several reports and prints the sums as one line.
 * @param files JSON reports of Vitest
 * @returns the exit code: 1 if a test failed or none passed
 */
export function main(files: readonly string[]): Promise<number> {
  const reports = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Report);
  const [passed = 0, failed = 0, pending = 0, todo = 0] = FIELDS.map((field) =>
    reports.reduce((total, report) => total + report[field], 0),
  );
  console.log(`${String(passed)} passed, ${String(failed)} failed, ${String(pending + todo)} skipped`);
  return Promise.resolve(passed === 0 || failed > 0 ? 1 : 0);
}
