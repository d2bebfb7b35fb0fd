import { eventually } from '@repo/testing';
import type { TcpProxy } from '../test/tcp-proxy.js';
import type { Random } from './random.js';

interface Fault {
  begin: (proxy: TcpProxy, random: Random) => void;
  /** Whether it lasts until the client works on another connection, and not only until it has one. */
  isLong?: boolean;
}

/** What a network does to those who use it. */
const FAULTS: Record<string, Fault> = {
  'connections are cut': {
    begin: (proxy) => {
      proxy.cut();
    },
  },
  'replies are lost': {
    begin: (proxy) => {
      proxy.dropReplies();
    },
  },
  'requests arrive long after their repeats': {
    begin: (proxy) => {
      proxy.holdRequests();
    },
    isLong: true,
  },
  'it is slow': {
    begin: (proxy, random) => {
      proxy.delay({ requestsMs: random.between(0, 40), repliesMs: random.between(0, 40) });
    },
  },
  'replies come after the timeout': {
    begin: (proxy, random) => {
      proxy.delay({ repliesMs: random.between(200, 500) });
    },
  },
  'requests come after the timeout': {
    begin: (proxy, random) => {
      proxy.delay({ requestsMs: random.between(200, 500) });
    },
  },
  'connections are cut in the middle of a reply': {
    begin: (proxy, random) => {
      proxy.cutAfterReplyBytes(random.between(1, 300));
    },
  },
};

/**
 * Lets the network fail so many times, in ways that are chosen at random; each fault lasts until the client has noticed
 * or has gone on in spite of it.
 */
export async function storm(proxy: TcpProxy, random: Random, rounds: number): Promise<void> {
  for (let round = 1; round <= rounds; round += 1) {
    const [name, { begin, isLong = false }] = random.pick(Object.entries(FAULTS));
    const { connections, commands } = proxy;
    begin(proxy, random);
    const enough = random.between(3, 15);
    await eventually(`the client has noticed that ${name} (round ${String(round)})`, () => {
      const goesOn = proxy.commands >= commands + enough;
      const isNew = proxy.connections > connections;
      return isLong ? goesOn && isNew : goesOn || isNew;
    });
    proxy.heal();
    const after = proxy.commands;
    const calm = random.between(1, 10);
    await eventually(`the client goes on (round ${String(round)})`, () => proxy.commands >= after + calm);
  }
}
