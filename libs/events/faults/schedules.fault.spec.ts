import { freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnection } from '../src/connection/redis-connection.js';
import { formatNote } from '../src/stream/entries/delivery-notes.js';
import { settleArguments } from '../src/settle/settle-arguments.js';
import { StreamClient } from '../src/stream/clients/stream-client.js';
import { schedules, type Kind, type Step } from './interleavings.js';

const DEPTH = 6;
/** Schedules that are on their way to the server at once. */
const AT_ONCE = 400;
const GROUP = 'testers';
const HANDLER = 'Notes.onNote';
const IDS = ['1-1', '2-1'] as const;

/** One schedule, and what Redis holds when a third worker has settled what it left. */
interface Ran {
  steps: string;
  /** The events with effects, in their order. */
  applied: string[];
  pending: number;
  notes: number;
  /** Of events that were not delivered. */
  left: number;
}

describe('every schedule of two workers', () => {
  let redis: TestRedis;
  let client: StreamClient;
  beforeAll(async () => {
    redis = await freshRedis({ args: ['--appendonly', 'no'] });
    client = new StreamClient(new RedisConnection(redis.url, { name: 'schedules', timeoutMs: 60_000 }));
  });
  afterAll(async () => {
    client.connection.close();
    await redis.stop();
  });

  it.each<[name: string, kinds: readonly Kind[]]>([
    ['both with effects', ['effect', 'effect']],
    ['the first one without, acknowledged plainly', ['plain', 'effect']],
    ['the second one without, acknowledged plainly', ['effect', 'plain']],
  ] as const)(
    `of two events of one key, ${String(DEPTH)} steps deep, has each effect once: %s`,
    async (name, kinds) => {
      const all = schedules(DEPTH, kinds);
      const withEffect = IDS.filter((_, index) => kinds[index] === 'effect');
      const wrong: Ran[] = [];
      let outOfOrder = 0;
      for (let first = 0; first < all.length; first += AT_ONCE) {
        const ran = await Promise.all(
          all.slice(first, first + AT_ONCE).map((steps, index) => run(String(first + index), steps, kinds)),
        );
        for (const one of ran) {
          const isWhole = one.pending + one.left + one.notes === 0;
          if (!isWhole || [...one.applied].sort().join() !== withEffect.join()) wrong.push(one);
          else if (one.applied.join() !== withEffect.join()) outOfOrder += 1;
        }
        await redis.client.flushall();
      }
      // Across workers no order is promised yet: it is counted.
      console.log(`${String(all.length)} schedules, ${name}; ${String(outOfOrder)} ended in another order`);
      expect({ broken: wrong.length, such: wrong.slice(0, 3) }).toEqual({ broken: 0, such: [] });
      expect(all.length).toBeGreaterThan(1000);
    },
  );

  /** Runs the steps, then lets a third worker settle what is left. All commands go off at once, in their order. */
  async function run(name: string, steps: readonly Step[], kinds: readonly Kind[]): Promise<Ran> {
    const [stream, effects, notes] = [`${name}:notes`, `${name}:effects`, `${name}:deliveries`];
    const { connection } = client;
    const settle = (consumer: string, event: number, noteBecomes?: string): Promise<unknown> => {
      const id = IDS[event] ?? '';
      const hasEffect = noteBecomes === undefined && kinds[event] === 'effect';
      const effect = { command: 'RPUSH', key: effects, type: 'list', integer: '', args: [id] } as const;
      const settlement = {
        ...{ streamKey: stream, notes, id, eventId: `event ${id}`, handler: HANDLER, handlers: [HANDLER] },
        ...{ noteBecomes, keyRule: undefined, reads: [], writes: hasEffect ? [effect] : [], events: [] },
      };
      const { keys, values } = settleArguments({ group: GROUP, consumer }, [settlement]);
      return client.settling.settle(keys, values);
    };
    const take = ({ worker: consumer, what, event = 0 }: Step): Promise<unknown> => {
      const address = { streamKey: stream, group: GROUP, consumer };
      switch (what) {
        case 'read':
          return connection.command('XREADGROUP', 'GROUP', GROUP, consumer, 'COUNT', 1, 'STREAMS', stream, '>');
        case 'claim':
          return client.claims.takeOver(address, 0, '-', 10);
        case 'settle':
          return settle(consumer, event);
        case 'acknowledge':
          return client.settling.acknowledge({ key: stream, notes }, GROUP, [HANDLER], [IDS[event] ?? '']);
        case 'note':
          return settle(consumer, event, formatNote({ failures: 1, firstFailureMs: 1 }));
        case 'crash':
          return Promise.resolve(); // it forgets; Redis does not notice
      }
    };
    const drain: Step[] = [
      ...(['read', 'read', 'claim'] as const).map((what) => ({ worker: 'heir', what })),
      ...IDS.map((_, event) => ({ worker: 'heir', what: 'settle' as const, event })),
    ];
    const sent = [
      ...IDS.map((id) => connection.command('XADD', stream, id, 'event_id', `event ${id}`)),
      client.groups.ensure(stream, GROUP),
      ...[...steps, ...drain].map(take),
    ];
    const [applied, pending, noted, group] = await Promise.all([
      connection.command('LRANGE', effects, 0, -1),
      connection.command('XPENDING', stream, GROUP),
      connection.command('HLEN', notes),
      connection.command('XINFO', 'GROUPS', stream),
      Promise.all(sent),
    ]);
    const last = ((group as unknown[][])[0] ?? []).includes(IDS[1]) ? 0 : 1;
    const counts = { pending: Number((pending as unknown[])[0]), notes: noted as number, left: last };
    return { steps: steps.map(shown).join(', '), applied: applied as string[], ...counts };
  }
});

function shown({ worker, what, event }: Step): string {
  return `${worker} ${what}${event === undefined ? '' : ` ${IDS[event] ?? ''}`}`;
}
