import { defineConfig } from 'vitest/config';

/** Tests run on the sources, but for the end-to-end ones, whose processes are the built apps. */
const source = { conditions: ['source', 'node'] };

export default defineConfig({
  resolve: source,
  ssr: { resolve: source },
  test: {
    // A test waits for conditions with deadlines of their own; these are only for what hangs.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Each file has its own Redis; two at once are what two cores carry.
    maxWorkers: 2,
    projects: ['unit', 'int', 'e2e'].map((cost) => ({
      extends: true as const,
      test: { name: cost, include: [`{apps,libs,tools,bench,e2e,observability}/**/*.${cost}.spec.{ts,mts}`] },
    })),
  },
});
