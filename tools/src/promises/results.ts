/** How many tests of a file have passed and failed. */
export interface Result {
  passed: number;
  failed: number;
}

/** The parts of Vitest's JSON report that are read here. */
export interface Report {
  readonly testResults: { name: string; assertionResults: { status: string }[] }[];
}

const LIBRARY = 'libs/events/';
/** The line below a promise: the results of its tests, and the links to them. */
const TESTS = /^Tests \([^)]*\): (\[`.+)$/gm;
const LINK = /\]\(((?:test|faults)\/[^)]+\.spec\.ts)\)/g;
const WHEN = /^_Results of .*_$/m;

/** @returns the results by the test file's path in the library */
export function readResults(reports: readonly Report[]): Map<string, Result> {
  const results = new Map<string, Result>();
  for (const { name, assertionResults } of reports.flatMap(({ testResults }) => testResults)) {
    const at = name.lastIndexOf(LIBRARY);
    if (at === -1) continue;
    const count = (status: string) => assertionResults.filter((one) => one.status === status).length;
    results.set(name.slice(at + LIBRARY.length), { passed: count('passed'), failed: count('failed') });
  }
  return results;
}

/**
 * Writes the results below the promises of the README.
 * @returns the new text, and the linked tests that no report has
 */
export function withResults(
  readme: string,
  results: ReadonlyMap<string, Result>,
  when: Date,
): { text: string; missing: string[] } {
  const missing: string[] = [];
  const text = readme
    .replace(TESTS, (_line, tests: string) => {
      const sum = { passed: 0, failed: 0 };
      for (const [, file = ''] of tests.matchAll(LINK)) {
        const result = results.get(file);
        if (result === undefined) missing.push(file);
        sum.passed += result?.passed ?? 0;
        sum.failed += result?.failed ?? 0;
      }
      const outcome = `${String(sum.passed)} passed${sum.failed === 0 ? '' : `, ${String(sum.failed)} failed`}`;
      return `Tests (${outcome}): ${tests}`;
    })
    .replace(WHEN, `_Results of ${when.toISOString().slice(0, 10)}._`);
  return { text, missing };
}
