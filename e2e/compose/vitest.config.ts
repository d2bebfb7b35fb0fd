import { defineConfig } from 'vitest/config';

const source = { conditions: ['source', 'node'] };

/** These tests build images and run containers: they need a Docker engine with its compose plugin. */
export default defineConfig({
  resolve: source,
  ssr: { resolve: source },
  test: {
    name: 'compose',
    include: ['e2e/compose/*.spec.ts'],
    // Each wait in a test has its own time limit; these only stop a test that hangs.
    testTimeout: 600_000,
    hookTimeout: 1_800_000,
    fileParallelism: false,
    // The tests of a file depend on each other: after a failure, the rest is meaningless.
    bail: 1,
  },
});
