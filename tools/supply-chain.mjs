// Checks what the repository takes from others: licences, install scripts, and that each package is the one that was locked.
//
//   npm run check:supply
//   npm run check:supply -- --sbom sbom.cdx.json     writes the bill of materials of what runs in production (CycloneDX) as well
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './root.mjs';
import { judgeSupplyChain, productionOf } from './supply-chain/judge.mjs';

const MOST_BYTES = 2 ** 26;

const bill = /** @type {import('./supply-chain/judge.mjs').Bill} */ (
  JSON.parse(
    execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: MOST_BYTES,
      shell: process.platform === 'win32', // npm is a script there
    }),
  )
);
const { values } = parseArgs({ options: { sbom: { type: 'string' } } });
const lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'));
const npmrc = readFileSync(path.join(ROOT, '.npmrc'), 'utf8');
const problems = judgeSupplyChain({ bill, packages: lock.packages, npmrc });
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);

const production = productionOf(bill);
console.log(
  `The supply chain is as agreed: ${bill.components.length} packages, ${production.components.length} of them in production; ` +
    'their licences are allowed, each is locked by its SHA-512, and no install script runs.',
);
if (values.sbom !== undefined) {
  production.metadata.component.name = lock.name; // npm takes the folder's
  writeFileSync(values.sbom, `${JSON.stringify(production, null, 2)}\n`);
  console.log(`${values.sbom}: what runs in production, as CycloneDX ${bill.specVersion}`);
}
