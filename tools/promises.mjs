// Writes into the library's README what the tests of each promise came to in their last run:
//
//   npm test -- --reporter=json --outputFile=/tmp/tests.json
//   npm run test:faults -- --reporter=json --outputFile=/tmp/faults.json
//   npm run promises /tmp/tests.json /tmp/faults.json
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './root.mjs';
import { readResults, withResults } from './promises/results.mjs';

const README = path.join(ROOT, 'libs/events/README.md');
const reports = process.argv.slice(2);
if (reports.length === 0) {
  process.stderr.write('Expected the JSON reports of Vitest, got none: npm run promises tests.json faults.json\n');
  process.exit(1);
}
const results = readResults(reports.map((report) => JSON.parse(readFileSync(report, 'utf8'))));
const { text, missing } = withResults(readFileSync(README, 'utf8'), results, new Date());
if (missing.length > 0) {
  process.stderr.write(`These tests of promises are in none of the reports: ${missing.join(', ')}\n`);
  process.exit(1);
}
writeFileSync(README, text);
spawnSync(process.execPath, [path.join(ROOT, 'node_modules/prettier/bin/prettier.cjs'), '--write', README], {
  stdio: 'inherit',
});
