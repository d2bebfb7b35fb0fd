import { defineConfig } from 'vitest/config';

const source = { conditions: ['source', 'node'] };

/** These tests build images and run containers: they need a Docker engine with its compose plugin. */
export default defineConfig({
  resolve: source,
  ssr: { resolve: source },
  test: {
    name: 'compose',
    include: ['e2e/compose/*.spec.ts'],
    // Each test waits for conditions with deadlines of their own; these are only for what hangs.
    testTimeout: 600_000,
    hookTimeout: 1_800_000,
    fileParallelism: false,
    // The tests of a file tell one story: after a broken page, the rest says nothing.
    bail: 1,
  },
});
