import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole, type Console } from './console.js';

let redis: TestRedis;
let site: Console;
beforeAll(async () => {
  redis = await freshRedis();
  site = await startConsole(redis.url);
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await redis.stop();
});

interface Proxy extends AsyncDisposable {
  url: string;
}

/** A reverse proxy below `/tools/console`. @param change the request that is passed on */
async function startProxy(
  target: string,
  change: (path: string, headers: IncomingHttpHeaders) => { path: string; headers: IncomingHttpHeaders },
): Promise<Proxy> {
  const server: Server = createServer((incoming, outgoing) => {
    const { path, headers } = change(incoming.url ?? '', incoming.headers);
    const passed = request(`${target}${path}`, { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** What a browser would ask for next: the page's files, as it resolves their addresses. */
async function filesOf(page: string): Promise<{ base: string; statuses: number[] }> {
  const html = await (await fetch(page)).text();
  const [, way = 'none'] = /<meta name="console-base" content="([^"]+)"/.exec(html) ?? [];
  const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => new URL(address, page));
  const statuses = await Promise.all(files.map(async (file) => (await fetch(file)).status));
  return { base: new URL(way, page).pathname, statuses };
}

const PAGES = ['/tools/console/', '/tools/console/streams', '/tools/console/streams/orders', '/tools/console/a/b/c'];

describe('the console behind a proxy that serves it below a path', () => {
  it('tells the page where its files and the API are, if the proxy removes the path', async () => {
    await using proxy = await startProxy(site.app.url, (path, headers) => ({
      path: path.replace('/tools/console', ''),
      headers,
    }));
    for (const page of PAGES) {
      const { base, statuses } = await filesOf(`${proxy.url}${page}`);
      expect(base, page).toBe('/tools/console/');
      expect(statuses.length).toBeGreaterThan(2);
      expect(new Set(statuses), page).toEqual(new Set([200]));
    }
    expect((await fetch(`${proxy.url}/tools/console/api/session`)).status).toBe(200);
  });

  it('removes the path itself if it is configured to, and answers /health without it', async () => {
    await using below = await startConsole(redis.url, { CONSOLE_BASE_PATH: '/tools/console' });
    await using proxy = await startProxy(below.app.url, (path, headers) => ({ path, headers }));
    for (const page of PAGES) {
      const { base, statuses } = await filesOf(`${proxy.url}${page}`);
      expect(base, page).toBe('/tools/console/');
      expect(new Set(statuses), page).toEqual(new Set([200]));
    }
    expect((await fetch(`${proxy.url}/tools/console/api/overview`)).status).toBe(200);
    expect((await below.ask('/health')).status).toBe(200);
    // Without the slash, relative addresses would begin one step too high.
    const bare = await fetch(`${proxy.url}/tools/console?stream=a`, { redirect: 'manual' });
    expect([bare.status, bare.headers.get('location')]).toEqual([308, '/tools/console/?stream=a']);
  });
});

describe('the console behind a proxy that changes the Host header', () => {
  const act = async (console: Console, headers: Record<string, string>) =>
    console.ask('/api/dead-letters/preview', {
      method: 'POST',
      body: { action: 'replay', selection: { stream: 'none', ids: ['1-1'] } },
      headers: { 'X-Console-Token': await console.token(), ...headers },
    });
  const PUBLIC = 'console.example.com';

  it('recognizes its own page by Sec-Fetch-Site, or by the host that the proxy forwards', async () => {
    await using named = await startConsole(redis.url, { CONSOLE_ALLOWED_HOSTS: `${PUBLIC}, tools.example.com:8443` });
    const own: [string, Record<string, string>][] = [
      ['by the browser', { Origin: 'https://anything.example.com', 'Sec-Fetch-Site': 'same-origin' }],
      ['by the proxy', { Origin: `http://${PUBLIC}`, 'X-Forwarded-Host': PUBLIC }],
      ['by the settings', { Origin: `http://${PUBLIC}` }],
      ['by the settings, with a port', { Origin: 'https://tools.example.com:8443' }],
    ];
    for (const [what, headers] of own)
      expect((await act(named, headers)).problem, what).toMatchObject({ code: 'not-found' });
  });

  it('refuses pages of other sites, whatever the proxy forwards', async () => {
    await using named = await startConsole(redis.url, { CONSOLE_ALLOWED_HOSTS: PUBLIC });
    const others: [Record<string, string>, string][] = [
      [{ Origin: 'https://evil.example', 'X-Forwarded-Host': PUBLIC }, 'cross-site'],
      [{ Origin: `https://${PUBLIC}`, 'X-Forwarded-Host': PUBLIC, 'Sec-Fetch-Site': 'cross-site' }, 'cross-site'],
      [{ Origin: `https://${PUBLIC}:444`, 'Sec-Fetch-Site': 'same-site' }, 'cross-site'],
      [{ Origin: `https://${PUBLIC}:444` }, 'cross-site'],
      [{ Origin: 'null', 'X-Forwarded-Host': PUBLIC }, 'cross-site'],
      // A name that somebody else points to the proxy: his page may send what it likes to its own host.
      [{ Origin: 'http://evil.example', 'X-Forwarded-Host': 'evil.example' }, 'wrong-host'],
      [{ Origin: 'http://evil.example', 'X-Forwarded-Host': `${PUBLIC}, evil.example` }, 'wrong-host'],
    ];
    for (const [headers, code] of others)
      expect((await act(named, headers)).problem, JSON.stringify(headers)).toMatchObject({ code });
    const { problem } = await act(named, { Origin: 'https://other.example.com' });
    expect(problem.message).toContain('let the proxy send X-Forwarded-Host, or add');
  });
});
