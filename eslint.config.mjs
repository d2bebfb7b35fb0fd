// @ts-check
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** The allowed imports: apps import libraries, never each other, and the event library does not depend on the shop. */
const boundaries = [
  { sourceTag: 'scope:library', onlyDependOnLibsWithTags: ['scope:library'] },
  { sourceTag: 'type:contracts', onlyDependOnLibsWithTags: ['scope:library'] },
  { sourceTag: 'type:domain', onlyDependOnLibsWithTags: ['type:domain'] },
  { sourceTag: 'type:access', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'type:service', onlyDependOnLibsWithTags: ['scope:library', 'type:contracts', 'type:access'] },
  { sourceTag: 'type:audit', onlyDependOnLibsWithTags: ['scope:library', 'type:contracts'] },
  { sourceTag: 'type:setup', onlyDependOnLibsWithTags: ['scope:library', 'type:contracts'] },
  { sourceTag: 'scope:tools', onlyDependOnLibsWithTags: ['scope:library'] },
  { sourceTag: 'scope:bench', onlyDependOnLibsWithTags: ['scope:library', 'type:contracts', 'scope:tools'] },
  { sourceTag: 'scope:testing', onlyDependOnLibsWithTags: ['scope:tools'] },
  {
    sourceTag: 'scope:app',
    onlyDependOnLibsWithTags: ['scope:library', 'type:contracts', 'type:domain', 'type:access', 'type:service'],
  },
  {
    sourceTag: 'scope:console',
    onlyDependOnLibsWithTags: [
      'scope:library',
      'type:contracts',
      'type:domain',
      'type:access',
      'type:service',
      'type:audit',
    ],
  },
];

/**
 * @param {typeof boundaries | { sourceTag: string, onlyDependOnLibsWithTags: string[] }[]} depConstraints
 * @param {string[]} allow further files that may be imported by their paths
 */
const moduleBoundaries = (depConstraints, allow = []) =>
  /** @type {const} */ ([
    'error',
    {
      allow,
      allowCircularSelfDependency: true,
      // The testing library starts servers with the tools, whose tests use it; and the tools read where Redis is by the event library,
      // whose tests use the tools.
      ignoredCircularDependencies: [
        ['@shop/tools', '@repo/testing'],
        ['@shop/tools', 'nestjs-event-streams'],
      ],
      depConstraints,
    },
  ]);

export default defineConfig(
  globalIgnores(['**/dist/', '.nx/', 'node_modules/', '.cache/', 'coverage/']),
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': moduleBoundaries(boundaries),
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Payloads are plain data: any object of the right shape is an event.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
    },
  },
  {
    // Tests may use the testing library, and files that a library does not export.
    files: ['**/test/**/*.ts', '**/faults/**/*.ts', 'e2e/**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': moduleBoundaries([{ sourceTag: '*', onlyDependOnLibsWithTags: ['*'] }]),
      // Vitest's asymmetric matchers are typed any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    // The command line is tested with the events and workers that the library is tested with.
    files: ['libs/events-cli/test/**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': moduleBoundaries(
        [{ sourceTag: '*', onlyDependOnLibsWithTags: ['*'] }],
        [String.raw`^(\.\./)+events/test/`],
      ),
    },
  },
  {
    // One function escapes all text from outside in a log line.
    files: ['libs/events/src/**/*.ts'],
    ignores: ['libs/events/src/nest/nest-logger.ts', 'libs/events/src/nest/shutdown-hooks-check.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [{ name: '@nestjs/common', importNames: ['Logger'], message: 'Take SafeLogger.' }] },
      ],
    },
  },
  {
    // The benchmark measures single steps of an event, which the library does not export publicly.
    files: ['bench/src/micro/internals.ts'],
    rules: { '@nx/enforce-module-boundaries': 'off' },
  },
  {
    files: ['apps/console/web/src/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat['recommended-latest']],
  },
  {
    files: ['*.config.ts', '**/{vitest,vite}.config.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
  },
  {
    files: ['**/*.mjs'],
    extends: [tseslint.configs.recommended],
  },
  prettier,
);
