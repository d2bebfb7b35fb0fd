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
 * Checks that the lint rule for module boundaries is active: without a project graph, the rule of Nx silently allows everything.
 * @returns the exit code
 */
export async function main(): Promise<number> {
  const eslint = new ESLint({ cwd: ROOT });
  let allowed = 0;
  for (const { file, imports, because } of FORBIDDEN) {
    const [result] = await eslint.lintText(`import '${imports}';\n`, { filePath: file });
    const isForbidden = result?.messages.some(({ ruleId }) => ruleId === '@nx/enforce-module-boundaries');
    if (!isForbidden) {
      allowed += 1;
      console.error(
        `Lint allowed ${file} to import ${imports}, but ${because}. Check that "npx nx show projects" lists all projects.`,
      );
    }
  }
  if (allowed > 0) return 1;
  console.log(`Module boundaries are active: lint rejected ${String(FORBIDDEN.length)} forbidden imports.`);
  return 0;
}
