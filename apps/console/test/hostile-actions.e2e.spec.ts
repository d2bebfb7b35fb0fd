import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { aclRules } from 'nestjs-event-streams';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ActionEntry, ActionPage } from '../src/contract/actions.js';
import type { DeadLetterHistory } from '../src/contract/dead-letters.js';
import type { Session } from '../src/contract/session.js';
import { startConsole, type Answer, type Console } from './console.js';
import { basic, userLine, writeUsers } from './users.js';

const LOG = 'ecommerce:console:actions';
const ADA = basic('ada:open sesame');
const BOB = basic('bob:only looking');

let redis: TestRedis;
let folder: string;
let shop: Server;
let site: Console;
let asked: string[] = [];
beforeAll(async () => {
  redis = await freshRedis();
  folder = mkdtempSync(path.join(tmpdir(), 'console-actions-'));
  const file = path.join(folder, 'users');
  await writeUsers(
    file,
    await userLine('ada', 'operator', 'open sesame'),
    await userLine('bob', 'viewer', 'only looking'),
  );
  // What the shop's services answer.
  shop = createServer((request, response) => {
    asked.push(request.url ?? '');
    const isOrder = request.url === '/orders';
    response.writeHead(isOrder ? 201 : 200, { 'Content-Type': 'application/json' });
    response.end(
      JSON.stringify({ order_id: 'o-1', entry_id: '1-1', running: true, rate: 5, placed: 0, failure_share: 0.5 }),
    );
  });
  shop.listen(0, '127.0.0.1');
  await once(shop, 'listening');
  const url = `http://127.0.0.1:${String((shop.address() as AddressInfo).port)}`;
  site = await startConsole(redis.url, {
    CONSOLE_USERS_FILE: file,
    SHOP_ORDER_URL: url,
    SHOP_PAYMENT_URL: url,
    OPERATOR_TOKEN: 'a-token-of-operators-0123456789abcdef',
  });
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  shop.close();
  await redis.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  await redis.client.flushall();
  asked = [];
});

async function deadLetter(id = '1-1'): Promise<string> {
  const about = ['stream', 'ecommerce:parcels', 'entry_id', id, 'group', 'g', 'handler', 'h'];
  const entry = [
    'event_id',
    id,
    'event_type',
    'sent',
    'version',
    '1.0',
    'source',
    'post',
    'timestamp',
    '2026-11-24T00:00:00Z',
    'data',
    '{"a":1}',
  ];
  await redis.client.xadd('ecommerce:parcels', '*', 'key', 'value');
  const original = entry.map((text, place) => (place % 2 ? text : `entry.${text}`));
  return String(await redis.client.xadd('ecommerce:parcels:dead-letters', '*', ...about, ...original));
}

async function change(where: string, body: unknown, headers = ADA, of = site): Promise<Answer> {
  const { token } = JSON.parse((await of.ask('/api/session', { headers })).text) as Session;
  return of.ask(`/api/${where}`, { method: 'POST', body, headers: { ...headers, 'X-Console-Token': token } });
}

async function actions(query = '', of = site): Promise<ActionPage> {
  return JSON.parse((await of.ask(`/api/actions${query}`, { headers: ADA })).text) as ActionPage;
}

const onDeadLetters = (action: string, ids: string[], more = {}) => ({
  action,
  selection: { stream: 'parcels', ids },
  ...more,
});

describe('every change', () => {
  it('is logged with the name of the login, whatever name the caller gives', async () => {
    const id = await deadLetter();
    const discarded = await change(
      'dead-letters/act',
      onDeadLetters('discard', [id], { by: 'the boss', why: 'a test' }),
    );
    expect(discarded.status).toBe(200);
    expect((await actions()).actions).toEqual([
      {
        id: expect.stringMatching(/^\d+-\d+$/),
        atMs: expect.any(Number),
        action: 'discard',
        target: 'parcels',
        ids: [id],
        count: 1,
        details: '',
        why: 'a test',
        by: 'ada',
        isVerified: true,
        role: 'operator',
        address: '127.0.0.1',
        outcome: 'done',
        result: '1 discarded',
      } satisfies ActionEntry,
    ]);
    const history = await site.ask('/api/dead-letters/history?stream=parcels', { headers: BOB });
    expect((JSON.parse(history.text) as DeadLetterHistory).actions).toMatchObject([
      { by: 'ada', isVerified: true, why: 'a test', deadLetter: id },
    ]);
    // What was noted is added to, and never changed.
    expect(await redis.client.xlen(LOG)).toBe(2);
  });

  it('of each kind is logged, also if it fails; requests that change nothing are not', async () => {
    const address = { street: 'x', city: 'x', postal_code: 'x', country: 'IE' };
    const order = { customer: { name: 'Ada Secret' }, items: [], currency: 'EUR', shipping_address: address };
    const idempotencyKey = 'b1a5c5f0-1c1f-4f63-9f0e-0d9a4b1c2d3e';
    const ids = [await deadLetter('1-1'), await deadLetter('2-1'), await deadLetter('3-1')];
    await change('shop/orders', { ...order, idempotencyKey });
    await change('shop/simulation', { running: true, rate: 5 });
    await change('shop/simulation', { running: false });
    await change('shop/gateway', { failureShare: 0.5 });
    await change('dead-letters/preview', onDeadLetters('discard', ids));
    await change('shop/audit', {});
    await change('dead-letters/act', onDeadLetters('replay', ids.slice(0, 1), { data: { secret: 'x' } }));
    await change('dead-letters/act', onDeadLetters('replay', ids.slice(1)));
    expect((await change('dead-letters/act', onDeadLetters('discard', ids.slice(0, 1)))).status).toBe(409);
    const noted = (await actions()).actions;
    expect(noted.map(({ action, outcome, result }) => [action, outcome, result])).toEqual([
      ['discard', 'failed', expect.stringContaining('replayed or discarded meanwhile')],
      ['replay', 'done', '2 replayed'],
      ['edit-and-replay', 'done', '1 replayed'],
      ['set-gateway', 'done', 'failureShare 0.5'],
      ['stop-simulation', 'done', expect.any(String)],
      ['start-simulation', 'done', '5 orders a second'],
      ['place-order', 'done', 'order o-1'],
    ]);
    expect(JSON.stringify(noted)).not.toMatch(/Secret|secret/);
    // Whoever adds another way to change something notes it: these are all that there are.
    const document = JSON.parse((await site.ask('/api-json', { headers: ADA })).text) as {
      paths: Record<string, object>;
    };
    const changing = Object.entries(document.paths).flatMap(([where, methods]) =>
      Object.keys(methods).some((method) => method !== 'get') ? [where] : [],
    );
    const harmless = ['/api/dead-letters/preview', '/api/shop/audit'];
    const known = ['/api/dead-letters/act', '/api/shop/gateway', '/api/shop/orders', '/api/shop/simulation'];
    expect(changing.sort()).toEqual([...harmless, ...known].sort());
  });

  it('is not made if it cannot be logged', async () => {
    const id = await deadLetter();
    await redis.client.set(LOG, 'no stream');
    for (const [where, body] of [
      ['dead-letters/act', onDeadLetters('discard', [id])],
      ['shop/simulation', { running: true, rate: 5 }],
    ] as const)
      expect((await change(where, body)).problem, where).toMatchObject({ statusCode: 503, code: 'redis-away' });
    expect(await redis.client.xlen('ecommerce:parcels:dead-letters')).toBe(1);
    expect(asked.filter((url) => url.includes('start'))).toEqual([]);
  });

  it('can be made while Redis is out of memory, because discarding frees memory', async () => {
    const id = await deadLetter();
    await redis.client.config('SET', 'maxmemory', '1');
    try {
      expect((await change('dead-letters/act', onDeadLetters('discard', [id]))).status).toBe(200);
    } finally {
      await redis.client.config('SET', 'maxmemory', '0');
    }
    expect((await actions()).actions).toMatchObject([{ action: 'discard', outcome: 'done' }]);
  });

  it('needs no more rights in Redis than those of an operator', async () => {
    const id = await deadLetter();
    const rules = aclRules('operator', { prefix: 'ecommerce', state: 'processor' });
    await redis.client.acl('SETUSER', 'console', 'reset', 'on', '>geheim', ...rules);
    await redis.client.acl('LOG', 'RESET');
    await using least = await startConsole(redis.url.replace('//', '//console:geheim@'));
    const body = onDeadLetters('discard', [id], { by: 'somebody' });
    expect((await change('dead-letters/act', body, {} as typeof ADA, least)).status).toBe(200);
    // Where nobody has to log in, it is said that nobody has.
    expect((await actions('', least)).actions).toMatchObject([{ by: 'somebody', isVerified: false, outcome: 'done' }]);
    expect(await least.get('/api/dead-letters/history')).toMatchObject({
      actions: [{ by: 'somebody', isVerified: false }],
    });
    expect(await redis.client.acl('LOG')).toEqual([]);
  });
});

describe('the log of actions', () => {
  const begun = (by: string) => [
    'phase',
    'begun',
    'action',
    'discard',
    'target',
    'parcels',
    'by',
    by,
    'verified',
    'true',
    'role',
    'operator',
  ];

  it('is read page by page, each action with its outcome, and exported as files', async () => {
    for (let number = 0; number < 300; number += 1) {
      const id = String(await redis.client.xadd(LOG, '*', ...begun(`user ${String(number)}`)));
      if (number !== 200)
        await redis.client.xadd(LOG, '*', 'phase', 'done', 'of', id, 'result', `did ${String(number)}`);
    }
    const all: ActionEntry[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: ActionPage = await actions(`?count=77${next === '' ? '' : `&cursor=${next}`}`);
      all.push(...page.actions);
      next = page.next;
    }
    expect(all.map(({ by }) => by)).toEqual(Array.from({ length: 300 }, (_, index) => `user ${String(299 - index)}`));
    expect(all.filter(({ outcome }) => outcome !== 'done').map(({ by }) => by)).toEqual(['user 200']);
    const csv = await site.ask('/api/actions/export?format=csv', { headers: BOB });
    expect(csv.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="actions.csv"',
    });
    expect(csv.text.trimEnd().split('\r\n')).toHaveLength(301);
    const jsonl = await site.ask('/api/actions/export?format=jsonl', { headers: BOB });
    expect(
      jsonl.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as ActionEntry),
    ).toEqual(all);
    expect((await site.ask('/api/actions/export?format=xml', { headers: BOB })).status).toBe(400);
    expect((await site.ask('/api/actions?cursor=x', { headers: BOB })).status).toBe(400);
    expect((await site.ask('/api/actions')).status).toBe(401);
  });

  it('shows what others have written into it as text, shortened', async () => {
    await redis.client.xadd(
      LOG,
      '*',
      'phase',
      'begun',
      'action',
      '<script>',
      'by',
      'x'.repeat(3_000_000),
      'ids',
      '1 '.repeat(100_000),
    );
    await redis.client.xadd(LOG, '*', 'no', 'action');
    const page = await actions();
    expect(page.actions).toHaveLength(2);
    expect(page.actions[1]).toMatchObject({ action: '<script>', isVerified: false, outcome: null });
    expect(JSON.stringify(page).length).toBeLessThan(50_000);
  });

  it('keeps as many actions, and for as long, as it is configured to', async () => {
    await using short = await startConsole(redis.url, { CONSOLE_ACTIONS_KEPT: '100', CONSOLE_ACTIONS_KEPT_DAYS: '1' });
    const old = Date.now() - 2 * 86_400_000;
    for (let number = 0; number < 300; number += 1)
      await redis.client.xadd(LOG, `${String(old)}-${String(number + 1)}`, ...begun('old'));
    const id = await deadLetter();
    await change('dead-letters/act', onDeadLetters('discard', [id]), {} as typeof ADA, short);
    expect(await redis.client.xlen(LOG)).toBeLessThan(202);
    await eventually('the latest is there', async () => (await actions()).actions[0]?.result === '1 discarded');
  });
});
