import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../root.js';
import { checkSupplyChain, productionOf, type Bill, type LockedPackage } from '../supply-chain/check.js';

const MAX_BYTES = 2 ** 26;

/**
 * Checks the dependencies of the repository: their licences, their install scripts, and that each is locked by its hash.
 *
 *   npm run check:supply
 *   npm run check:supply -- --sbom sbom.cdx.json     also writes the bill of materials of production (CycloneDX)
 *
 * @returns the exit code
 */
export function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { sbom: { type: 'string' } } });
  const bill = readBill();
  const lock = JSON.parse(read('package-lock.json')) as { name: string; packages: Record<string, LockedPackage> };
  const problems = checkSupplyChain({ bill, packages: lock.packages, npmrc: read('.npmrc') });
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) return Promise.resolve(1);

  const production = productionOf(bill);
  const [all, inProduction] = [bill, production].map(({ components }) => String(components.length));
  console.log(
    `The supply chain is as agreed: ${String(all)} packages, ${String(inProduction)} of them in production; ` +
      'their licences are allowed, each is locked by its SHA-512, and no install script runs.',
  );
  if (values.sbom !== undefined) {
    // npm names the root component after the folder; its name in the lock file is used instead.
    const named = {
      ...production,
      metadata: { ...production.metadata, component: { ...production.metadata.component, name: lock.name } },
    };
    mkdirSync(path.dirname(values.sbom), { recursive: true });
    writeFileSync(values.sbom, `${JSON.stringify(named, null, 2)}\n`);
    console.log(`${values.sbom}: the bill of materials of production, as CycloneDX ${bill.specVersion}`);
  }
  return Promise.resolve(0);
}

function readBill(): Bill {
  const text = execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: MAX_BYTES,
    shell: process.platform === 'win32', // npm is a script there
  });
  return JSON.parse(text) as Bill;
}

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}
