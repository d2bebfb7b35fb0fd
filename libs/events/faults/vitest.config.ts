import { randomInt } from 'node:crypto';
import { defineConfig } from 'vitest/config';

const source = { conditions: ['source', 'node'] };

const seed = process.env['FAULT_SEED'] ?? String(randomInt(2 ** 31));
console.log(`FAULT_SEED=${seed} repeats this run's choices.`);

/** What the event library promises, while networks, servers and workers fail. */
export default defineConfig({
  resolve: source,
  ssr: { resolve: source },
  test: {
    name: 'faults',
    include: ['libs/events/faults/*.fault.spec.ts'],
    env: { FAULT_SEED: seed },
    // A test waits for conditions with deadlines of their own; these are only for what hangs.
    testTimeout: 180_000,
    hookTimeout: 60_000,
    // Each file has its own servers; two at once are what two cores carry.
    maxWorkers: 2,
  },
});
