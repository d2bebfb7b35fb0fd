import { freshRedis, type TestRedis } from '@repo/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Argument } from '../src/connection/encode-command.js';
import { PackedValues } from '../src/connection/packed-values.js';
import { appendArguments, type Appendable } from '../src/publish/append-arguments.js';
import type { KeyRule } from '../src/settle/key-rule.js';
import { settleArguments } from '../src/settle/settle-arguments.js';
import type { Settlement } from '../src/settle/settlement.js';
import { layoutOf } from '../src/stream/entries/layouts.js';
import { SCRIPT_COMMANDS } from '../src/stream/scripts/script-commands.js';
import { IoredisLink } from '../src/connection/ioredis-link.js';
import { runScript } from '../src/stream/scripts/scripts.js';
import type { ScriptName } from '../src/stream/scripts/script-commands.js';
import { replyDigest } from '../src/transaction/reply-digest.js';
import type { BufferedWrite, TrackedRead } from '../src/transaction/effects.js';

type Client = TestRedis['client'];
type Call = [keys: readonly string[], values: readonly Argument[]];

/** What a script is run for: what is there before, and its keys and arguments. */
interface Scenario {
  prepare: (admin: Client) => Promise<unknown>;
  call: Call;
}

const GROUP = 'testers';
const HANDLERS = ['A.on', 'B.on'];

/** A stream of two events, each given to a consumer. */
async function delivered(admin: Client, consumers: readonly string[] = ['me', 'me']): Promise<void> {
  await admin.xgroup('CREATE', 'notes', GROUP, '0', 'MKSTREAM');
  for (const [index, consumer] of consumers.entries()) {
    await admin.xadd('notes', `${String(index + 1)}-1`, 'event_id', `event ${String(index + 1)}`);
    await admin.xreadgroup('GROUP', GROUP, consumer, 'COUNT', 1, 'STREAMS', 'notes', '>');
  }
}

/** The first of them has become a dead letter, and the second is parked behind it. */
async function parked(admin: Client, first = '9-1'): Promise<void> {
  await admin.rpush('parked', `1-1 ${first}`, '2-1 9-2');
  for (const id of ['9-1', '9-2']) await admin.xadd('dead-letters', id, 'entry_id', id, 'entry.event_id', id);
}

const lease = (admin: Client) => admin.hset('lease', 'owner', 'me', 'epoch', '7');
const FENCE = ['me', 7];

const event = (streamKey: string, once?: string): Appendable => ({
  streamKey,
  once,
  layout: layoutOf(['event_id']),
  values: ['a'],
});

function appending(...requests: Appendable[][]): Scenario {
  const { keys, values } = appendArguments('producer', 1, undefined, requests.map((events) => ({ events })), { producer: 60_000, idempotency: 60_000 }, true); // prettier-ignore
  return { prepare: (admin) => admin.set('other', 'value'), call: [keys, values] };
}

function settling(
  settlement: Partial<Settlement>,
  prepare: (admin: Client) => Promise<unknown> = async (admin) => {
    await delivered(admin);
    await admin.hset('deliveries', '1-1|B.on', '1 123');
  },
): Scenario {
  const { keys, values } = settleArguments({ group: GROUP, consumer: 'me' }, [
    {
      ...{
        streamKey: 'notes',
        notes: 'deliveries',
        id: '1-1',
        eventId: 'event 1',
        handler: 'A.on',
        handlers: HANDLERS,
      },
      ...{ noteBecomes: undefined, keyRule: undefined, reads: [], writes: [], events: [] },
      ...settlement,
    },
  ]);
  return { prepare, call: [keys, values] };
}

const key = (rule: KeyRule['rule']): KeyRule => ({ rule, list: 'parked', original: '1-1', streamKey: 'notes', deadLetters: 'dead-letters', replays: 'replays' }); // prettier-ignore
const deadLetter = event('dead-letters');

/** What a transaction may do, after a write that anybody may do. */
const WRITES: Record<string, string[]> = {
  SET: ['v'], DEL: [], PEXPIRE: ['1000'], INCRBY: ['1'], HINCRBY: ['f', '1'], HSET: ['f', 'v'], HDEL: ['f'], SADD: ['m'], SREM: ['m'],
  ZADD: ['1', 'm'], ZINCRBY: ['1', 'm'], ZREM: ['m'], RPUSH: ['v'], LPUSH: ['v'],
}; // prettier-ignore
const READS: Record<string, [args: string[], reply: unknown]> = {
  GET: [[], null], HGET: [['f'], null], HMGET: [['f'], [null]], HGETALL: [[], []], EXISTS: [[], 0], SISMEMBER: [['m'], 0],
  SMEMBERS: [[], []], LRANGE: [['0', '1'], []], ZSCORE: [['m'], null], ZRANGE: [['0', '1'], []],
}; // prettier-ignore
const first: BufferedWrite = { command: 'HSET', key: 'first', type: 'hash', integer: '', args: ['f', 'v'] };
const other: BufferedWrite = { command: 'SADD', key: 'first', type: 'set', integer: '', args: ['m'] };
const transactions = [
  ...Object.entries(WRITES).map(([command, args]) =>
    settling({
      writes: [command === 'HSET' ? other : first, { command, key: 'second', type: '', integer: '', args }],
    }),
  ),
  ...Object.entries(READS).map(([command, [args, reply]]) => {
    const read: TrackedRead = { command, key: 'read', args, digest: replyDigest(command, reply) };
    return settling({ reads: [read], writes: [first, { ...first, key: 'second' }] });
  }),
];

const settlements = [
  ...transactions,
  settling({ writes: [first], events: [{ ...event('files') }] }),
  settling({ noteBecomes: '1 123 +try' }),
  settling({ keyRule: key('unless-parked') }),
  settling({ keyRule: key('park'), events: [deadLetter] }),
  settling({ keyRule: key('follow'), id: '2-1', eventId: 'event 2', events: [deadLetter] }, async (admin) => {
    await delivered(admin);
    await parked(admin, '1-1');
  }),
  settling({ keyRule: key('return'), events: [deadLetter] }, async (admin) => {
    await delivered(admin);
    await parked(admin, '-');
  }),
  settling(
    {
      keyRule: key('release'),
      writes: [{ command: 'XDEL', key: 'notes', type: 'stream', integer: '', args: ['1-1'] }],
    },
    async (admin) => {
      await delivered(admin);
      await parked(admin, '-');
    },
  ),
];
const acknowledgement: Scenario = {
  prepare: async (admin) => {
    await delivered(admin);
    await admin.hset('deliveries', '1-1|A.on', '1 123');
  },
  call: [
    ['notes', 'deliveries'],
    [GROUP, 2, ...HANDLERS, '1-1', '2-1'],
  ],
};
const fenced = ({ prepare, call: [keys, values] }: Scenario): Scenario => ({
  prepare: async (admin) => {
    await lease(admin);
    await prepare(admin);
  },
  call: [
    [...keys, 'lease'],
    [...values, ...FENCE],
  ],
});
const one = (prepare: Scenario['prepare'], ...call: Call): Scenario[] => [{ prepare, call }];

const reading = ([command, [args]]: [string, [args: string[], reply: unknown]]): Scenario => ({
  prepare: (admin) => admin.set('other', 'value'),
  call: [['read'], [new PackedValues([2, command, 1, args.length, ...args, 'EXISTS', 1, 0]), 1000]],
});

const waiting = [GROUP, 'me', 'waiting for note_taken 2', 100, '1-1', 0];

const SCENARIOS: Record<ScriptName, Scenario[]> = {
  append: [
    appending([event('notes')], [event('notes'), event('files')]),
    appending([event('notes')], [event('notes', 'once')]),
    appending([event('files')], [event('notes'), event('dead-letters')]),
  ],
  settle: settlements,
  acknowledge: [acknowledgement],
  claim: one((admin) => delivered(admin, ['dead', 'dead']), ['notes'], [GROUP, 'me', 0, '-', 10]),
  look: one((admin) => delivered(admin, ['me']).then(() => admin.hset('watch', 'seen gone', '1')), ['watch', 'notes'], [GROUP, 'me', 1000, 0, 0, 10, '\nnotes waiting for note_taken 1\n']), // prettier-ignore
  defer: one(delivered, ['notes'], [GROUP, 'me', '1-1', 0]),
  resume: one(delivered, ['notes'], [GROUP, 'me', '1-1']),
  'wait-for-handler': one(delivered, ['notes', 'watch'], waiting),
  'take-waiting': one(
    (admin) => delivered(admin, ['waiting for note_taken 2']),
    ['notes', 'watch'],
    [GROUP, 'me', 0, 1000, 10],
  ),
  'pending-of-consumer': one(delivered, ['notes'], [GROUP, 'me', '-', 10]),
  'read-many': Object.entries(READS).map(reading),
  'end-quarantine-run': one((admin) => admin.hset('deliveries', 'a', '1 123 b,c'), ['deliveries'], ['a', 'b']),
  renew: one(delivered, ['notes'], [GROUP, 'me', '1-1', '2-1']),
  'hand-back': one(delivered, ['notes'], [GROUP, 'me', 1000, '-', 10]),
  sweep: one((admin) => admin.xgroup('CREATE', 'notes', GROUP, '0', 'MKSTREAM').then(() => admin.xgroup('CREATECONSUMER', 'notes', GROUP, 'dead')), ['notes'], [GROUP, 'me', 0, 10]), // prettier-ignore
  trim: one(delivered, ['notes', 'trimmer'], ['', '', '1', 100, 10_000, 'me', 1000]),
  'take-dead-letter': one((admin) => parked(admin), ['dead-letters', 'history', 'parked', 'replays'], ['9-1', '1-1', 10, '', 'action', 'replayed']), // prettier-ignore
  heartbeat: one((admin) => admin.hset('workers', 'dead', '1 1 '), ['workers'], ['me', 1000, '1']),
  'acquire-lease': one((admin) => admin.hset('lease', 'owner', ''), ['lease'], ['me', 1000]),
  'renew-lease': one(lease, ['lease', 'lease'], [1000, ...FENCE]),
  'release-lease': one(lease, ['lease', 'lease'], FENCE),
  'read-partition': one(
    async (admin) => {
      await lease(admin);
      await delivered(admin, ['dead']);
      await admin.xadd('notes', '5-1', 'a', 'b');
    },
    ['notes', 'lease'],
    [GROUP, 'me', 10, '-', '', '\n', 1000, ...FENCE],
  ),
  'settle-fenced': settlements.map(fenced),
  'acknowledge-fenced': [fenced(acknowledgement)],
  'subject-keys': one((admin) => admin.hset('forgotten', 'bob', '2|{}'), ['keys', 'forgotten'], ['ada', 'a', '0', 'bob', 'b', '1']), // prettier-ignore
  'forget-subject': one((admin) => admin.hset('keys', 'ada', '1:a'), ['keys', 'forgotten'], ['ada', '{}']),
  'wait-for-handler-fenced': one((admin) => lease(admin).then(() => delivered(admin)), ['notes', 'lease'], [...waiting, ...FENCE]), // prettier-ignore
};

const commandsOf = (name: ScriptName) => [...new Set(Object.values(SCRIPT_COMMANDS[name]).flat())];

describe('a script whose user lacks one of its commands', () => {
  let redis: TestRedis;
  let limited: Redis;
  beforeAll(async () => {
    redis = await freshRedis();
    await redis.client.acl('SETUSER', 'limited', 'on', '>secret', '~*', '&*', '+@all');
    limited = new Redis(redis.url.replace('//', '//limited:secret@'), { protocol: 2 });
  });
  afterAll(async () => {
    limited.disconnect();
    await redis.stop();
  });

  /** All that is there. */
  async function everything(): Promise<Record<string, string>> {
    const dumps: Record<string, string> = {};
    for (const name of await redis.client.keys('*'))
      dumps[name] = (await redis.client.dumpBuffer(name)).toString('base64');
    return dumps;
  }

  /** Runs it. @returns why it was refused, or undefined */
  async function refusalOf(name: ScriptName, [keys, values]: Call): Promise<string | undefined> {
    let reply: unknown;
    try {
      reply = await runScript(new IoredisLink(limited), name, keys, values);
    } catch (error) {
      return (error as Error).message;
    }
    if (name === 'append') {
      // One request may be refused, and others not: what is told must be so.
      const lines = (reply as string).split('\n');
      const lengths = await Promise.all(['notes', 'files', 'dead-letters'].map((stream) => redis.client.xlen(stream)));
      const appended = lengths.reduce((sum, length) => sum + length, 0);
      expect(appended).toBe(lines.filter((line) => !line.startsWith('-')).length);
      return lines.find((line) => line.startsWith('-'));
    }
    if (!Array.isArray(reply)) return undefined;
    const [first] = reply as [unknown];
    if (first instanceof Error) return first.message;
    return Array.isArray(first) && ['error', 'refused'].includes(first[0] as string) ? (first[1] as string) : undefined;
  }

  it.each(Object.keys(SCENARIOS) as ScriptName[])(
    '%s: nothing was written, and the error names the command',
    async (name) => {
      for (const command of commandsOf(name)) {
        let refusals = 0;
        for (const { prepare, call } of SCENARIOS[name]) {
          await redis.client.flushall();
          await prepare(redis.client);
          const before = await everything();
          await redis.client.acl('SETUSER', 'limited', '+@all', `-${command.toLowerCase()}`);
          const why = await refusalOf(name, call);
          await redis.client.acl('SETUSER', 'limited', '+@all');
          if (why === undefined) continue;
          refusals += 1;
          expect(why.toUpperCase(), `${name} without ${command}`).toContain(command.split('|')[0]);
          if (!why.startsWith('-')) expect(await everything(), `${name} without ${command}`).toEqual(before);
        }
        expect(refusals, `${name} without ${command} is refused`).toBeGreaterThan(0);
      }
    },
  );

  it.each(Object.keys(SCENARIOS) as ScriptName[])('%s: with all of them nothing is refused', async (name) => {
    for (const { prepare, call } of SCENARIOS[name]) {
      await redis.client.flushall();
      await prepare(redis.client);
      expect(await refusalOf(name, call)).toBeUndefined();
    }
  });
});
