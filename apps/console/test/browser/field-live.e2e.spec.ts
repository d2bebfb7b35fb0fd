import { randomUUID } from 'node:crypto';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startConsole, type Console } from '../console.js';
import type { Sight } from './browser.js';
import { startLine, type ConsoleLine } from './line.js';
import { browserOfFile, seen } from './pages.js';

const PREFIX = 'mail';

let redis: TestRedis;
let site: Console;
let line: ConsoleLine;
let sight: Sight;

beforeAll(async () => {
  redis = await freshRedis();
  site = await startConsole(redis.url, { EVENTS_PREFIX: PREFIX });
  await append('parcels', 'first');
  await append('letters', 'first');
}, 600_000);
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await redis.stop();
});
beforeEach(async () => {
  line = await startLine(site.app.url);
});
afterEach(async () => {
  await line[Symbol.asyncDispose]();
});
const open = browserOfFile();

async function append(stream: string, key: string): Promise<void> {
  const head = ['event_id', randomUUID(), 'event_type', 'sent', 'timestamp', '2026-11-24T00:00:00Z', 'version', '1.0'];
  const rest = ['source', 'post', 'data', '{}', 'partition_key', key, 'correlation_id', key];
  await redis.client.xadd(`${PREFIX}:${stream}`, '*', ...head, ...rest);
}

async function look(path: string): Promise<Page> {
  sight = await open(`${line.url}${path}`);
  return sight.page;
}

/** Another tab of the same browser. */
async function another(page: Page, path: string): Promise<Page> {
  const tab = await page.context().newPage();
  await tab.goto(`${line.url}${path}`);
  return tab;
}

const live = (page: Page): Locator => page.getByText('Live', { exact: true });
const cell = (page: Page, name: string): Locator => page.getByRole('cell', { name, exact: true });
const liveBadges = (page: Page, many: number): Promise<boolean> =>
  eventually(`${String(many)} badges say that the page is live`, async () => (await live(page).count()) === many);
const without = (page: Page, ...names: string[]): Promise<unknown> =>
  page.context().addInitScript(`for (const name of ${JSON.stringify(names)}) delete window[name];`);

describe('a connection that died without an error', () => {
  it.each([
    { what: 'of the feed that all tabs share', missing: [] },
    { what: "of a tab's own feed", missing: ['SharedWorker'] },
  ])('$what is shown as offline, and opened again', async ({ missing }) => {
    const page = await look('/streams');
    await without(page, ...missing);
    await page.reload();
    await liveBadges(page, 2);
    line.freeze();
    await liveBadges(page, 0);
    await seen(page.getByRole('alert').getByText('The console does not answer'));
    expect(await page.locator('.badge-good').count()).toBe(0);
    line.thaw();
    await liveBadges(page, 2);
    await append('parcels', `after-${missing.join()}`);
    await seen(cell(page, `after-${missing.join()}`));
  });
});

describe('the page without Redis', () => {
  it.each([
    ['/streams', 2],
    ['/journey', 2],
    ['/', 1],
  ] as const)('does not say on %s that it is live, or that all is well', async (path, badges) => {
    const page = await look(path);
    await liveBadges(page, badges);
    await redis.server.kill();
    await seen(page.getByRole('alert').getByText('Redis is unavailable'));
    await liveBadges(page, 0);
    expect(await page.getByText('All is well.').count()).toBe(0);
    await redis.restart();
    await liveBadges(page, badges);
  });
});

describe('the tabs of a browser', () => {
  it('share one live feed: all eight are up to date, and a closed or frozen tab stops no other', async () => {
    const first = await look('/streams/parcels');
    await liveBadges(first, 2);
    const tabs = [first];
    for (const path of ['/', '/streams/letters', '/streams', '/journey', '/dead-letters', '/', '/streams/parcels'])
      tabs.push(await another(first, path));
    for (const tab of tabs) await seen(live(tab));
    await eventually('there is one feed', () => line.feeds() === 1);

    // Each gets what it asked for, and nothing that another one did.
    await append('parcels', 'for-many');
    await append('letters', 'for-few');
    for (const index of [0, 3, 7]) await seen(cell(tabs[index] ?? first, 'for-many'));
    for (const index of [2, 3]) await seen(cell(tabs[index] ?? first, 'for-few'));
    expect(await cell(first, 'for-few').count()).toBe(0);
    expect(await cell(tabs[2] ?? first, 'for-many').count()).toBe(0);

    const debug = await first.context().newCDPSession(tabs[2] ?? first);
    await debug.send('Page.setWebLifecycleState', { state: 'frozen' });
    await first.close();
    await append('parcels', 'afterwards');
    for (const index of [3, 7]) await seen(cell(tabs[index] ?? first, 'afterwards'));
    await liveBadges(tabs[7] ?? first, 2);
    expect(line.feeds()).toBeLessThanOrEqual(2);
    await debug.send('Page.setWebLifecycleState', { state: 'active' });
    await append('letters', 'thawed');
    await seen(cell(tabs[2] ?? first, 'thawed'));
    await Promise.all(tabs.slice(1).map((tab) => tab.close()));
    await eventually('nobody looks, and there is none', () => line.feeds() === 0);
  });
});

describe('a live feed that is about to end', () => {
  it('is renewed before it ends, so that the page is always live', async () => {
    const page = await look('/streams/parcels');
    await liveBadges(page, 2);
    await page.evaluate(`window.offline = 0;
      new MutationObserver(() => { window.offline += document.querySelectorAll('.badge-bad').length; })
        .observe(document.body, { childList: true, subtree: true, attributes: true })`);
    const [first] = [line.opened()];
    line.say('event: renew\ndata: {"withinMs":30000}\n\n');
    await eventually('another one was opened', () => line.opened() > first);
    await eventually('the one before has ended', () => line.feeds() === 1);
    await append('parcels', 'renewed');
    await seen(cell(page, 'renewed'));
    expect(await page.evaluate<number>(`window.offline`)).toBe(0);
  });
});

describe('a page whose live feed the console refuses', () => {
  it('says why, and goes live when there is room', async () => {
    const feeds = Array.from({ length: 50 }, () => site.live());
    await Promise.all(feeds.map(({ status }) => status));
    const page = await look('/streams');
    await seen(page.getByRole('alert').getByText('The console refuses the live feed'));
    await seen(page.getByText(/Too many pages are open at once/));
    expect(await page.getByText('The console does not answer').count()).toBe(0);
    // Nothing of this was the others' fault: the lists are there all the same.
    await seen(page.getByRole('link', { name: 'parcels', exact: true }));
    for (const feed of feeds) feed[Symbol.dispose]();
    await liveBadges(page, 2);
  });

  it('does not happen for a stream with a long name', async () => {
    const name = 'long-'.repeat(60);
    await append(name, 'short');
    const page = await look(`/streams/${name}`);
    await liveBadges(page, 2);
    await seen(cell(page, 'short'));
    expect(await sight.overflow()).toBe(0);
  });
});

describe('the page below a path of a proxy', () => {
  it('shows its views, follows links, and is live', async () => {
    await using below = await startLine(site.app.url, '/tools/console');
    const { page } = await open(`${below.url}/`);
    await seen(live(page));
    expect(below.feeds()).toBe(1);
    await page.getByRole('navigation').getByRole('link', { name: 'Streams' }).click();
    await page.getByRole('link', { name: 'parcels', exact: true }).click();
    await page.getByLabel('Partition key').fill('first');
    await page.getByRole('button', { name: 'Search' }).click();
    await seen(page.getByText('1 entry found'));
    expect(new URL(page.url()).pathname).toBe('/tools/console/streams/parcels');
    await page.getByRole('link', { name: /^Journey of/ }).click();
    await seen(page.getByText(/events? in/));
    await page.reload();
    await seen(page.getByText(/events? in/));
    expect(await page.evaluate<boolean>(`document.querySelector('.brand img').naturalWidth > 0`)).toBe(true);
    expect(
      await page.evaluate<number>(`[...document.fonts].filter(({ status }) => status === 'loaded').length`),
    ).toBeGreaterThan(0);
  });
});
