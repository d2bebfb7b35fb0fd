import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { Failure, printFailure } from '../failure.js';
import { readResults, withResults, type Report } from '../promises/results.js';
import { ROOT } from '../root.js';

const README = path.join(ROOT, 'libs/events/README.md');

/**
 * Writes the results of the tests below each promise in the library's README:
 *
 *   npm test -- --reporter=json --outputFile=/tmp/tests.json
 *   npm run test:faults -- --reporter=json --outputFile=/tmp/faults.json
 *   npm run promises /tmp/tests.json /tmp/faults.json
 *
 * @param files JSON reports of Vitest
 * @returns the exit code
 */
export async function main(files: readonly string[]): Promise<number> {
  try {
    if (files.length === 0) {
      throw new Failure('Expected the JSON reports of Vitest, got none: npm run promises tests.json faults.json');
    }
    const results = readResults(files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Report));
    const { text, missing } = withResults(readFileSync(README, 'utf8'), results, new Date());
    if (missing.length > 0) {
      throw new Failure(
        `The README links to tests that no report has: ${missing.join(', ')}. Run them, too, and pass their report.`,
      );
    }
    writeFileSync(README, await format(text, { ...(await resolveConfig(README)), filepath: README }));
    return 0;
  } catch (error) {
    printFailure(error);
    return 1;
  }
}
