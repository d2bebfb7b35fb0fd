import { ConfigurationError } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, type TestCluster } from './cluster.js';
import { noteHandler } from './handlers.js';
import { startWorker, type Worker } from './worker.js';

const MASTERS = 3;
/** The keys of one of them are on each node. */
const PREFIXES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

describe('a node of a cluster of three', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startCluster(MASTERS);
  });
  afterAll(() => cluster.stop());

  const handlers = [noteHandler(() => undefined)];

  /** Whichever node is asked, and wherever the prefix has its keys. */
  async function refusals(start: (url: string, prefix: string) => Promise<Worker>): Promise<Error[]> {
    const errors: Error[] = [];
    for (const { url } of cluster.nodes) {
      for (const prefix of PREFIXES) {
        const error = await start(url, prefix).then(
          (worker) => worker.stop().then(() => expect.fail(`it started with prefix ${prefix}`)),
          (reason: unknown) => reason as Error,
        );
        expect(error).toBeInstanceOf(ConfigurationError);
        errors.push(error);
      }
    }
    for (const { client } of cluster.nodes) expect(await client.dbsize()).toBe(0);
    return errors;
  }

  it.each([
    ['worker', { partitions: 1 }, handlers],
    ['publisher', { partitions: 1, group: null }, []],
  ])(
    'is refused at the start without partitions, to a %s, and nothing is written',
    async (_who, options, providers) => {
      for (const { message } of await refusals((url, prefix) => startWorker(url, { ...options, prefix }, providers))) {
        expect(message).toMatch(/^EventsModule: expected partitions as 2 or more, since this Redis is a cluster/);
      }
    },
  );

  it.each([
    ['worker', {}, handlers],
    ['worker with shared state', { sharedState: true }, handlers],
    ['publisher', { group: null }, []],
  ])('is refused at the start with partitions, to a %s, and nothing is written', async (_who, options, providers) => {
    const start = (url: string, prefix: string) => startWorker(url, { ...options, partitions: 4, prefix }, providers);
    for (const { message } of await refusals(start)) {
      expect(message).toMatch(/^EventsModule: expected redis as one server .* got one of 3 nodes of a cluster/);
    }
  });
});
