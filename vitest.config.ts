import { defineConfig } from 'vitest/config';

/** Tests run on the sources, except end-to-end tests, which start the built apps. */
const source = { conditions: ['source', 'node'] };

export default defineConfig({
  resolve: source,
  ssr: { resolve: source },
  test: {
    // Each wait in a test has its own time limit; these only stop a test that hangs.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Each file has its own Redis; two files at once suit two cores.
    maxWorkers: 2,
    projects: ['unit', 'int', 'e2e'].map((cost) => ({
      extends: true as const,
      test: { name: cost, include: [`{apps,libs,tools,bench,e2e,observability}/**/*.${cost}.spec.{ts,mts}`] },
    })),
  },
});
