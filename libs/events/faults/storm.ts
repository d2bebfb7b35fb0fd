import { eventually } from '@repo/testing';
import type { TcpProxy } from '../test/tcp-proxy.js';
import type { Random } from './random.js';

type Fault = (proxy: TcpProxy, random: Random) => void;

/** What a network does to those who use it. */
const FAULTS: Record<string, Fault> = {
  'connections are cut': (proxy) => {
    proxy.cut();
  },
  'replies are lost': (proxy) => {
    proxy.dropReplies();
  },
  'requests arrive after their repeats': (proxy) => {
    proxy.holdRequests();
  },
  'it is slow': (proxy, random) => {
    proxy.delay({ requestsMs: random.between(0, 40), repliesMs: random.between(0, 40) });
  },
  'replies come after the timeout': (proxy, random) => {
    proxy.delay({ repliesMs: random.between(200, 500) });
  },
  'requests come after the timeout': (proxy, random) => {
    proxy.delay({ requestsMs: random.between(200, 500) });
  },
  'connections are cut in the middle of a reply': (proxy, random) => {
    proxy.cutAfterReplyBytes(random.between(1, 300));
  },
};

/**
 * Lets the network fail so many times, in ways that are chosen at random; each fault lasts until the client has noticed
 * or has gone on in spite of it.
 */
export async function storm(proxy: TcpProxy, random: Random, rounds: number): Promise<void> {
  for (let round = 1; round <= rounds; round += 1) {
    const [name, fault] = random.pick(Object.entries(FAULTS));
    const { connections, commands } = proxy;
    fault(proxy, random);
    const enough = random.between(3, 15);
    await eventually(`the client has noticed that ${name} (round ${String(round)})`, () => {
      return proxy.connections > connections || proxy.commands >= commands + enough;
    });
    proxy.heal();
    const after = proxy.commands;
    const calm = random.between(1, 10);
    await eventually(`the client goes on (round ${String(round)})`, () => proxy.commands >= after + calm);
  }
}
