import { ESLint } from 'eslint';
import { ROOT } from '../root.js';

const FORBIDDEN = [
  {
    file: 'libs/events/src/index.ts',
    imports: '@shop/contracts',
    because: 'the event library knows nothing of the shop',
  },
  { file: 'libs/contracts/src/index.ts', imports: '@shop/service', because: 'contracts know no app code' },
  { file: 'libs/simulation/src/index.ts', imports: 'nestjs-event-streams', because: 'the domain knows no framework' },
  {
    file: 'apps/processor/src/main.ts',
    imports: '../../order-service/src/order.module.js',
    because: 'apps never import each other',
  },
];

/**
 * Proves that lint's module boundaries are in force: without a project graph Nx' rule says nothing and lets all pass.
 * @returns the exit code
 */
export async function main(): Promise<number> {
  const eslint = new ESLint({ cwd: ROOT });
  let missed = 0;
  for (const { file, imports, because } of FORBIDDEN) {
    const [result] = await eslint.lintText(`import '${imports}';\n`, { filePath: file });
    const caught = result?.messages.some(({ ruleId }) => ruleId === '@nx/enforce-module-boundaries');
    if (!caught) {
      missed += 1;
      console.error(
        `Lint let ${file} import ${imports}, although ${because}. Does "npx nx show projects" list all projects?`,
      );
    }
  }
  if (missed > 0) return 1;
  console.log(`Module boundaries are in force: ${String(FORBIDDEN.length)} forbidden imports were caught.`);
  return 0;
}
