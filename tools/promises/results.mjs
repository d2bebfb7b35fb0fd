/**
 * How many tests of a file passed and failed.
 * @typedef {{ passed: number, failed: number }} Result
 */

/**
 * @typedef {object} Report as Vitest's JSON reporter writes it
 * @property {{ name: string, assertionResults: { status: string }[] }[]} testResults
 */

const LIBRARY = 'libs/events/';
/** A row of the table of promises: the promise, its tests, and what they came to. */
const ROW = /^\| (\*\*.+?) \| (\[`.+?) \|(?: ([^|]*) \|)?$/gm;
const LINK = /\]\(((?:test|faults)\/[^)]+\.spec\.ts)\)/g;
const WHEN = /^_Results of .*_$/m;

/**
 * @param {readonly Report[]} reports
 * @returns {Map<string, Result>} by the file's path within the library
 */
export function readResults(reports) {
  /** @type {Map<string, Result>} */
  const results = new Map();
  for (const { name, assertionResults } of reports.flatMap(({ testResults }) => testResults)) {
    const at = name.lastIndexOf(LIBRARY);
    if (at === -1) continue;
    const count = (/** @type {string} */ status) => assertionResults.filter((one) => one.status === status).length;
    results.set(name.slice(at + LIBRARY.length), { passed: count('passed'), failed: count('failed') });
  }
  return results;
}

/**
 * The README with the results in their places.
 * @param {string} readme
 * @param {ReadonlyMap<string, Result>} results
 * @param {Date} when
 * @returns {{ text: string, missing: string[] }} missing: tests that no report has
 */
export function withResults(readme, results, when) {
  /** @type {string[]} */
  const missing = [];
  const text = readme
    .replace(ROW, (_row, /** @type {string} */ promise, /** @type {string} */ tests) => {
      const sum = { passed: 0, failed: 0 };
      for (const [, file = ''] of tests.matchAll(LINK)) {
        const result = results.get(file);
        if (result === undefined) missing.push(file);
        sum.passed += result?.passed ?? 0;
        sum.failed += result?.failed ?? 0;
      }
      const outcome = `${String(sum.passed)} passed${sum.failed === 0 ? '' : `, ${String(sum.failed)} failed`}`;
      return `| ${promise.trimEnd()} | ${tests.trimEnd()} | ${outcome} |`;
    })
    .replace(WHEN, `_Results of ${when.toISOString().slice(0, 10)}._`);
  return { text, missing };
}
