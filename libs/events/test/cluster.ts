import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { findFreePort } from '@shop/tools';

const SLOTS = 16_384;

/** Masters of a Redis Cluster, which have all slots between them. */
export interface TestCluster extends AsyncDisposable {
  readonly nodes: readonly TestRedis[];
  stop(): Promise<void>;
}

/** Starts so many masters, and resolves when each knows all of them and serves. */
export async function startCluster(masters: number): Promise<TestCluster> {
  const nodes: TestRedis[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    const buses: number[] = [];
    for (let index = 0; index < masters; index += 1) {
      // By itself it would be 10,000 above the other one, which may be no port.
      const bus = await findFreePort();
      const node = await freshRedis({ args: ['--cluster-enabled', 'yes', '--cluster-port', String(bus)] });
      nodes.push(node);
      buses.push(bus);
      const [from, to] = [index, index + 1].map((place) => Math.floor((place * SLOTS) / masters));
      await node.client.call('CLUSTER', 'ADDSLOTSRANGE', from ?? 0, (to ?? 0) - 1);
      // An epoch of its own: nodes that meet with the same one settle it first.
      await node.client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    }
    for (const [index, { server }] of nodes.entries()) {
      await nodes[0]?.client.call('CLUSTER', 'MEET', server.host, server.port, buses[index] ?? 0);
    }
    await eventually('the cluster is up', async () => {
      const infos = await Promise.all(nodes.map(({ client }) => client.cluster('INFO')));
      return infos.every(
        (info) => info.includes('cluster_state:ok') && info.includes(`cluster_size:${String(masters)}`),
      );
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, stop, [Symbol.asyncDispose]: stop };
}
