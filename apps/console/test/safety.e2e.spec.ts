import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EntriesPage } from '../src/contract/streams.js';
import { startConsole, type Console } from './console.js';
import { startWorker } from './worker.js';

let redis: TestRedis;
let site: Console;
beforeAll(async () => {
  redis = await freshRedis();
  await using worker = await startWorker(redis.url, 'ecommerce');
  await worker.send('ada');
  await redis.client.xadd(
    'ecommerce:parcels:dead-letters',
    '*',
    'stream',
    'ecommerce:parcels',
    'entry_id',
    '1-1',
    'group',
    'g',
    'handler',
    'h',
  );
  site = await startConsole(redis.url);
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await redis.stop();
});

const discardAll = async () => {
  const [deadLetter] = await redis.client.xrange('ecommerce:parcels:dead-letters', '-', '+');
  return { action: 'discard', selection: { stream: 'parcels', ids: [deadLetter?.[0]] } };
};
const deadLettersLeft = () => redis.client.xlen('ecommerce:parcels:dead-letters');

describe('a request that changes something', () => {
  it('needs the token', async () => {
    const [body, token] = [await discardAll(), await site.token()];
    for (const headers of [
      {},
      { 'X-Console-Token': 'guess' },
      { 'X-Console-Token': `${token}x` },
      { 'X-Console-Token': '' },
    ]) {
      const answer = await site.ask('/api/dead-letters/act', { method: 'POST', body, headers });
      expect(answer.problem).toMatchObject({ statusCode: 403, code: 'bad-token' });
    }
    expect(await deadLettersLeft()).toBe(1);
  });

  it.each([
    ['another site', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }],
    ['another site in a browser that does not say so', { Origin: 'https://evil.example' }],
    ['another port of this machine', { Origin: 'http://127.0.0.1:1', 'Sec-Fetch-Site': 'same-site' }],
    ['a page without an origin', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }],
  ])('is refused from %s, even with the token', async (_, headers) => {
    const answer = await site.ask('/api/dead-letters/act', {
      method: 'POST',
      body: await discardAll(),
      headers: { ...headers, 'X-Console-Token': await site.token() },
    });
    expect(answer.problem).toMatchObject({ statusCode: 403, code: 'cross-site' });
    expect(await deadLettersLeft()).toBe(1);
  });

  it('is not accepted as an HTML form', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x']) {
      const answer = await site.ask('/api/dead-letters/act', {
        method: 'POST',
        body: JSON.stringify(await discardAll()),
        headers: { 'Content-Type': type, 'X-Console-Token': await site.token() },
      });
      expect(answer.problem, type).toMatchObject({ statusCode: 415, code: 'invalid' });
      expect(answer.problem.message).toContain('Expected the Content-Type application/json');
    }
    expect(await deadLettersLeft()).toBe(1);
  });

  it('is refused by a read-only console, which still answers reads and previews', async () => {
    await using readOnly = await startConsole(redis.url, {
      CONSOLE_READ_ONLY: 'true',
      SHOP_ORDER_URL: 'http://127.0.0.1:1',
    });
    expect(await readOnly.get('/api/session')).toMatchObject({ readOnly: true });
    expect(await readOnly.post('/api/dead-letters/preview', await discardAll())).toMatchObject({ count: 1 });
    const headers = { 'X-Console-Token': await readOnly.token() };
    const changes = {
      'dead-letters/act': await discardAll(),
      'shop/orders': {},
      'shop/simulation': {},
      'shop/gateway': {},
    };
    for (const [path, body] of Object.entries(changes)) {
      const { problem } = await readOnly.ask(`/api/${path}`, { method: 'POST', body, headers });
      expect(problem, path).toMatchObject({ statusCode: 403, code: 'read-only' });
    }
    expect(await deadLettersLeft()).toBe(1);
  });
});

describe('an answer of the console', () => {
  it('is readable only for pages of the console', async () => {
    for (const path of ['/api/session', '/api/overview', '/api/live']) {
      const { problem } = await site.ask(path, {
        headers: { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' },
      });
      expect(problem, path).toMatchObject({ statusCode: 403, code: 'cross-site' });
    }
    const answer = await site.ask('/api/session', { headers: { 'Sec-Fetch-Site': 'same-origin' } });
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('is not given under a host name that is not its own', async () => {
    for (const Host of [
      'evil.example',
      'evil.example:8080',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      'evil.example@127.0.0.1',
    ]) {
      for (const path of ['/', '/api/session', '/metrics'])
        expect((await site.ask(path, { headers: { Host } })).status, `${Host} ${path}`).toBeGreaterThanOrEqual(400);
    }
    for (const Host of ['localhost', '127.0.0.1:80', '[::1]:8080', 'console.localhost'])
      expect((await site.ask('/api/session', { headers: { Host } })).status, Host).toBe(200);
    await using named = await startConsole(redis.url, { CONSOLE_ALLOWED_HOSTS: 'console.example, other.example:81' });
    for (const Host of ['console.example:443', 'other.example:81'])
      expect((await named.ask('/api/session', { headers: { Host } })).status, Host).toBe(200);
    expect((await named.ask('/api/session', { headers: { Host: 'other.example' } })).problem.code).toBe('wrong-host');
  });

  it('comes with a content security policy that allows nothing from other origins', async () => {
    for (const path of ['/', '/api/session']) {
      const { headers } = await site.ask(path);
      expect(String(headers['content-security-policy']).split(';').sort(), path).toEqual([
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'none'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "manifest-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
      ]);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
      expect(headers).not.toHaveProperty('x-powered-by');
    }
  });

  it('to a body that is too large or wrong says what is wrong', async () => {
    const headers = { 'X-Console-Token': await site.token() };
    const ask = (body: unknown) => site.ask('/api/dead-letters/preview', { method: 'POST', body, headers });
    expect((await ask('{')).problem).toMatchObject({ statusCode: 400, code: 'invalid' });
    expect((await ask({ action: 'drop' })).problem).toMatchObject({ statusCode: 400, code: 'invalid' });
    expect((await ask({ why: 'x'.repeat(2 ** 20) })).problem).toMatchObject({ statusCode: 413, code: 'too-large' });
    const selections = [
      {},
      { stream: 'parcels' },
      { stream: 'parcels', ids: ['x'] },
      { causeId: '../..' },
      { stream: 'parcels', ids: [] },
    ];
    for (const selection of selections)
      expect((await ask({ action: 'replay', selection })).problem.message).toContain('Expected selection as');
  });
});

describe('the Redis user of the console', () => {
  it('needs only commands that read', async () => {
    const looks = 'eval_ro xinfo xrange xrevrange xlen xpending get hscan hgetall scan time client|list'.split(' ');
    const connects = 'info ping hello select client|setname'.split(' ');
    const rules = [...looks, ...connects].map((command) => `+${command}`);
    await redis.client.acl('SETUSER', 'console', 'on', '>open-sesame', '%R~ecommerce:*', ...rules);
    await redis.client.acl('LOG', 'RESET');
    await using looking = await startConsole(redis.url.replace('//', '//console:open-sesame@'));
    using feed = looking.live('?tail=*');
    await eventually('it has looked', () => feed.messages.overview.length >= 4);
    const [entry] = (await looking.get<EntriesPage>('/api/streams/parcels/entries?key=ada')).entries;
    const paths = [
      `streams/parcels/entries/${entry?.id ?? ''}`,
      'streams/parcels',
      'dead-letters',
      'dead-letters/history',
    ];
    for (const path of [...paths, 'journeys/any']) expect((await looking.ask(`/api/${path}`)).status, path).toBe(200);
    expect(await redis.client.acl('LOG')).toEqual([]);
    const headers = { 'X-Console-Token': await looking.token() };
    const refused = await looking.ask('/api/dead-letters/act', { method: 'POST', body: await discardAll(), headers });
    expect(refused.problem).toMatchObject({ statusCode: 503, code: 'redis-away' });
    expect(refused.problem.message).toContain('NOPERM');
    expect(await deadLettersLeft()).toBe(1);
  });
});

describe('credentials', () => {
  const basic = (text: string) => ({ Authorization: `Basic ${Buffer.from(text).toString('base64')}` });

  it('are required everywhere except for /health', async () => {
    await using locked = await startConsole(redis.url, { CONSOLE_USERNAME: 'ada', CONSOLE_PASSWORD: 'with: colon é' });
    for (const path of ['/', '/api', '/api/session', '/api-json', '/metrics', '/assets/x.js', '/api/live']) {
      for (const headers of [{}, basic('ada:wrong'), basic('ada'), { Authorization: 'Bearer x' }]) {
        const { status, headers: got } = await locked.ask(path, { headers });
        expect(status, path).toBe(401);
        expect(got['www-authenticate']).toContain('Basic');
      }
    }
    expect((await locked.ask('/api/session', { headers: basic('ada:with: colon é') })).status).toBe(200);
    expect((await locked.ask('/health')).status).toBe(200);
  });

  it.each([
    [
      'no credentials beyond this machine',
      { CONSOLE_HOST: '0.0.0.0' },
      'CONSOLE_HOST opens the console to the network, and needs CONSOLE_USERNAME and CONSOLE_PASSWORD',
    ],
    [
      'a name alone',
      { CONSOLE_USERNAME: 'ada' },
      'CONSOLE_PASSWORD takes at least 8 characters, and is needed with CONSOLE_USERNAME',
    ],
    ['a password alone', { CONSOLE_PASSWORD: 'open sesame' }, 'CONSOLE_USERNAME is needed with CONSOLE_PASSWORD'],
    [
      'a short password',
      { CONSOLE_USERNAME: 'ada', CONSOLE_PASSWORD: 'sesame' },
      'CONSOLE_PASSWORD takes at least 8 characters',
    ],
  ])('are checked at the start: %s', async (_, environment, message) => {
    const { code, output } = await refused(environment);
    expect(code).toBe(78);
    expect(output).toContain(message);
    expect(output).not.toMatch(/sesame/);
  });

  it.each([
    ['with them', { CONSOLE_USERNAME: 'ada', CONSOLE_PASSWORD: 'open sesame' }, 401],
    ['with a network that somebody else guards', { CONSOLE_TRUST_NETWORK: 'true' }, 200],
  ])('let it listen to the network %s', async (_, environment, status) => {
    await using open = await startConsole(redis.url, { CONSOLE_HOST: '0.0.0.0', ...environment });
    expect((await open.ask('/api/session')).status).toBe(status);
  });
});

/** Starts a console that must not start. */
async function refused(environment: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const main = new URL('../dist/main.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [main], { env: { PORT: '0', REDIS_URL: redis.url, ...environment } });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
