import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Decorators as everywhere in this repository. What else is in `tsconfig.base.json` is about checking. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
};

/**
 * Compiles a program that tests run in a process or a thread of its own. Its types are checked together with those of the tests.
 *
 * @param source one TypeScript file; it may import packages, which it gets as they were built
 * @returns the path of the compiled file, in a folder `dist` beside the source
 */
export function compiledProgram(source: URL): string {
  const file = fileURLToPath(source);
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions: OPTIONS, fileName: file });
  const folder = path.join(path.dirname(file), 'dist');
  mkdirSync(folder, { recursive: true });
  const compiled = path.join(folder, `${path.basename(file, '.ts')}.js`);
  // Another test may start the same program at this moment.
  const partial = `${compiled}.${String(process.pid)}`;
  writeFileSync(partial, outputText);
  renameSync(partial, compiled);
  return compiled;
}
