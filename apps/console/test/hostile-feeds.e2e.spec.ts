import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { request, type ClientRequest } from 'node:http';
import { freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole, type Console } from './console.js';

let redis: TestRedis;
let site: Console;
beforeAll(async () => {
  redis = await freshRedis();
  site = await startConsole(redis.url, {
    SHOP_ORDER_URL: 'http://127.0.0.1:1/orders?key=geheim',
    OPERATOR_TOKEN: 'a-token-of-operators-0123456789abcdef',
  });
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await redis.stop();
});

/** Opens a feed, and never reads it. */
async function idle(from: string): Promise<ClientRequest> {
  const sent = request(`${site.app.url}/api/live?tail=*`, { localAddress: from });
  sent.on('error', () => undefined);
  sent.end();
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
  response.pause();
  return sent;
}

describe('the idle live feeds of one client', () => {
  it('leave room for others; a refused one says which limit was reached and when to try again', async () => {
    const idles = await Promise.all(Array.from({ length: 50 }, () => idle('127.0.0.2')));
    const refused = await site.ask('/api/live', { from: '127.0.0.2' });
    expect(refused.problem).toMatchObject({ statusCode: 503, code: 'busy' });
    expect(refused.problem.message).toContain('50 live feeds from your address (127.0.0.2)');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    // What a header says of the address does not count.
    const forged = await site.ask('/api/live', { from: '127.0.0.2', headers: { 'X-Forwarded-For': '192.0.2.1' } });
    expect(forged.status).toBe(503);
    using feed = site.live();
    expect(await feed.status).toBe(200);
    for (const one of idles) one.destroy();
  });
});

describe('the URL of a service', () => {
  it('is shown without the parts that could be secret', async () => {
    const headers = { 'X-Console-Token': await site.token() };
    const { problem } = await site.ask('/api/shop/simulation', { method: 'POST', body: { running: true }, headers });
    expect(problem).toMatchObject({ statusCode: 502, code: 'service-away' });
    expect(problem.message).toContain('http://127.0.0.1:1 does not answer');
    expect(problem.message + site.app.output()).not.toContain('geheim');
  });

  it.each([
    ['SHOP_ORDER_URL', 'http://ada:geheim@127.0.0.1:1'],
    ['SHOP_PAYMENT_URL', 'https://geheim@pay.example'],
    ['SHOP_ORDER_URL', 'http:ada:geheim@127.0.0.1'],
    ['SHOP_ORDER_URL', 'ada:geheim@127.0.0.1:1'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'otlp://ada:geheim@127.0.0.1:4318'],
  ])('%s is refused if it holds a name or a password, and these are not shown: %s', async (name, url) => {
    const main = new URL('../dist/main.js', import.meta.url).pathname;
    const child = spawn(process.execPath, [main], { env: { PORT: '0', REDIS_URL: redis.url, [name]: url } });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(78);
    expect(output).toContain(`${name} takes a URL`);
    expect(output).not.toContain('geheim');
  });
});
