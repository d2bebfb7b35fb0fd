import { readFileSync } from 'node:fs';

/** What is added up of a report of Vitest's JSON reporter. */
const FIELDS = ['numPassedTests', 'numFailedTests', 'numPendingTests', 'numTodoTests'] as const;
type Report = Readonly<Record<(typeof FIELDS)[number], number>>;

/**
 * Adds up the tests of several reports and prints the sum as the last line.
 * @param files the reports
 * @returns the exit code: 1 where a test failed, or where there was none
 */
export function main(files: readonly string[]): Promise<number> {
  const reports = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Report);
  const [passed = 0, failed = 0, pending = 0, todo = 0] = FIELDS.map((field) =>
    reports.reduce((total, report) => total + report[field], 0),
  );
  console.log(`${String(passed)} passed, ${String(failed)} failed, ${String(pending + todo)} skipped`);
  return Promise.resolve(passed === 0 || failed > 0 ? 1 : 0);
}
