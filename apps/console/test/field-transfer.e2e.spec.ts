import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole, type Console } from './console.js';

let redis: TestRedis;
let site: Console;
beforeAll(async () => {
  redis = await freshRedis();
  site = await startConsole(redis.url, { EVENTS_PREFIX: 'mail' });
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await redis.stop();
});

interface Got {
  status: number;
  encoding: string | undefined;
  type: string | undefined;
  vary: string | undefined;
  bytes: Buffer;
}

/** Without what `fetch` does to encodings. */
function get(path: string, accept?: string, method = 'GET'): Promise<Got> {
  return new Promise((resolve, reject) => {
    const headers = accept === undefined ? {} : { 'Accept-Encoding': accept };
    const sent = request(`${site.app.url}${path}`, { headers, method }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const { 'content-encoding': encoding, 'content-type': type, vary } = answer.headers;
        resolve({ status: answer.statusCode ?? 0, encoding, type, vary, bytes: Buffer.concat(chunks) });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

const READ = { br: brotliDecompressSync, gzip: gunzipSync };

describe('an answer', () => {
  it('is compressed if the client accepts that: the page, its files, and the answers of the API', async () => {
    for (let number = 0; number < 60; number += 1)
      await redis.client.xadd('mail:parcels', '*', 'text', `${'one of many '.repeat(30)}${String(number)}`);
    const html = (await get('/')).bytes.toString();
    const files = [...html.matchAll(/(?:src|href)="\.(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const path of [...files, '/api/streams/parcels/entries', '/api-json']) {
      const plain = await get(path);
      expect([plain.status, plain.encoding], path).toEqual([200, undefined]);
      for (const [accept, encoding] of [
        ['gzip, deflate, br', 'br'],
        ['gzip', 'gzip'],
        ['br;q=0, gzip', 'gzip'],
      ] as const) {
        const got = await get(path, accept);
        expect([got.status, got.encoding, got.type], path).toEqual([200, encoding, plain.type]);
        expect(got.vary).toContain('Accept-Encoding');
        expect(got.bytes.length, path).toBeLessThan(plain.bytes.length / 2);
        expect(READ[encoding](got.bytes).equals(plain.bytes), path).toBe(true);
      }
      expect((await get(path, 'identity')).encoding).toBeUndefined();
      const head = await get(path, 'br', 'HEAD');
      expect([head.status, head.bytes.length], path).toEqual([200, 0]);
    }
    const all = await Promise.all(files.map(async (path) => (await get(path, 'br')).bytes.length));
    expect(all.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(250_000);
    expect((await get('/assets/none.js', 'br')).status).toBe(404);
  });

  it('is not compressed if it is the live feed, or short, such as the session with its token', async () => {
    expect((await get('/api/session', 'br, gzip')).encoding).toBeUndefined();
    const encoding = await new Promise<unknown>((resolve) => {
      const feed = request(`${site.app.url}/api/live`, { headers: { 'Accept-Encoding': 'br, gzip' } }, (answer) => {
        resolve(answer.headers['content-encoding']);
        feed.destroy();
      });
      feed.on('error', () => undefined);
      feed.end();
    });
    expect(encoding).toBeUndefined();
  });
});

describe('the live feed', () => {
  it('sends a beat while there is nothing else to send, also without Redis', async () => {
    await using gone = await freshRedis();
    await using away = await startConsole(gone.url);
    using feed = away.live();
    await eventually('it begins with a beat', () => feed.messages.beat.length > 0);
    expect(feed.messages.beat[0]?.everyMs).toBeGreaterThan(0);
    await gone.server.kill();
    await eventually('it says that Redis is away', () => feed.messages.redis.at(-1)?.isUp === false);
    const before = feed.messages.beat.length;
    await eventually('it beats on', () => feed.messages.beat.length >= before + 2);
  });
});
