// Adds up the tests of several Vitest reports (JSON) and prints the sum as the last line.
import { readFileSync } from 'node:fs';

const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
/** @param {string} field */
const sum = (field) => reports.reduce((total, report) => total + report[field], 0);
const skipped = sum('numPendingTests') + sum('numTodoTests');
console.log(`${sum('numPassedTests')} passed, ${sum('numFailedTests')} failed, ${skipped} skipped`);
if (reports.length === 0 || sum('numPassedTests') === 0 || sum('numFailedTests') > 0) process.exit(1);
