import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole, type Console } from '../console.js';
import { startWorker, type Worker } from '../worker.js';
import type { Looks, Sight } from './browser.js';
import { browserOfFile, gone, seen } from './pages.js';

const PREFIX = 'mail';
/** More than the console looks through with one request. */
const MANY = 400_000;

let redis: TestRedis;
let site: Console;
let worker: Worker;
let sight: Sight;

beforeAll(async () => {
  redis = await freshRedis();
  site = await startConsole(redis.url, { EVENTS_PREFIX: PREFIX });
  worker = await startWorker(
    redis.url,
    PREFIX,
    ({ data }) => {
      throw new Error(`no such address: "${data.to}"`);
    },
    { retry: { attempts: 1 } },
  );
  await worker.send('atlantis');
  await eventually('it is a dead letter', async () => (await redis.client.xlen(`${PREFIX}:parcels:dead-letters`)) > 0);
}, 600_000);
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await site[Symbol.asyncDispose]();
  await redis.stop();
});
const open = browserOfFile();

async function look(path: string, looks?: Looks): Promise<Page> {
  sight = await open(`${site.app.url}${path}`, looks);
  return sight.page;
}

describe('an edit of a dead letter', () => {
  const EDITED = '{"to": "athens", "weight": 2.50}';

  async function edit(): Promise<{ page: Page; editor: Locator }> {
    const page = await look('/dead-letters');
    await page.getByRole('link', { name: /^Look at/ }).click();
    await page.getByRole('button', { name: /open dead letter/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Edit and replay' }).click();
    const editor = page.getByLabel('Payload (JSON object)');
    await editor.fill(EDITED);
    return { page, editor };
  }

  it('is not lost by Escape or the close button: the page asks first', async () => {
    const { page, editor } = await edit();
    for (const leave of [
      () => page.keyboard.press('Escape'),
      () => page.keyboard.press('Escape'),
      () => page.getByRole('dialog', { name: 'Edit and replay' }).getByRole('button', { name: 'Close' }).click(),
    ]) {
      await leave();
      await seen(page.getByRole('alert').getByText('If you close this now, your changes are lost.'));
      expect(await editor.inputValue()).toBe(EDITED);
    }
    await page.getByRole('button', { name: 'Keep editing' }).click();
    await seen(page.getByRole('button', { name: 'See what will happen' }));
    expect(await sight.barriers()).toEqual([]);
    await editor.press('Escape');
    await page.getByRole('button', { name: 'Discard changes' }).click();
    await gone(editor);
  });

  it('is not lost by a drag that ends outside the dialog', async () => {
    const { page, editor } = await edit();
    const box = await editor.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 20, (box?.y ?? 0) + 20);
    await page.mouse.down();
    await page.mouse.move(3, 3, { steps: 4 });
    await page.mouse.up();
    expect(await editor.inputValue()).toBe(EDITED);
    expect(await page.getByText('If you close this now, your changes are lost.').count()).toBe(0);
    // A click outside is meant, and asks.
    await page.mouse.click(3, 3);
    await seen(page.getByText('If you close this now, your changes are lost.'));
    expect(await editor.inputValue()).toBe(EDITED);
  });

  it('is still there after going back from the preview', async () => {
    const { page, editor } = await edit();
    for (const back of [
      () => page.getByRole('button', { name: 'Cancel' }).click(),
      () => page.keyboard.press('Escape'),
    ]) {
      await page.getByRole('button', { name: 'See what will happen' }).click();
      await seen(page.getByRole('dialog', { name: 'Replay 1 dead letter?' }).getByText(/receivers/));
      await back();
      await seen(editor);
      expect(await editor.inputValue()).toBe(EDITED);
    }
  });

  it('closes without a question if nothing was changed', async () => {
    const { page, editor } = await edit();
    await editor.press('Control+z');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Edit and replay' }).click();
    await editor.press('Escape');
    await gone(editor);
  });
});

describe('the animation of the overview', () => {
  /** What animations without an end change. */
  const ENDLESS = `[...new Set(document.getAnimations().flatMap(({ effect }) =>
    effect.getTiming().iterations === Infinity
      ? effect.getKeyframes().flatMap((frame) => Object.keys(frame)) : []))]
    .filter((name) => !['offset', 'computedOffset', 'easing', 'composite'].includes(name)).sort()`;

  it('changes only transforms and opacity, which need no repaint', async () => {
    const page = await look('/', { motion: true });
    await eventually('something flows', async () => {
      await worker.send('on-the-way');
      return (await page.locator('.flow-dot').count()) > 0;
    });
    const changed = await page.evaluate<string[]>(ENDLESS);
    expect(changed).toContain('transform');
    expect(changed.filter((name) => !['transform', 'opacity'].includes(name))).toEqual([]);
  });

  it('stands still if the user prefers reduced motion', async () => {
    const page = await look('/');
    await eventually('something would flow', async () => {
      await worker.send('on-the-way');
      return (await page.locator('.flow-dot').count()) > 0;
    });
    expect(await page.evaluate<string[]>(ENDLESS)).toEqual([]);
    expect(await page.locator('.flow-dot').first().isVisible()).toBe(false);
  });
});

describe('copying', () => {
  async function openEntry(script: string): Promise<Page> {
    const page = await look('/');
    await page.context().addInitScript(script);
    const [first] = await redis.client.xrange(`${PREFIX}:parcels`, '-', '+', 'COUNT', 1);
    await page.goto(`${site.app.url}/streams/parcels?entry=parcels/${first?.[0] ?? ''}`);
    await seen(page.getByRole('button', { name: 'Copy event id' }));
    return page;
  }
  const WITHOUT = `Object.defineProperty(navigator, 'clipboard', { value: undefined });`;

  it('works over plain HTTP, where navigator.clipboard does not exist', async () => {
    const page = await openEntry(WITHOUT);
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('button', { name: 'Copy event id' }).click();
    await seen(drawer.getByText('Copied', { exact: true }));
    const id = await drawer.locator('.copyable code').first().innerText();
    await page.keyboard.press('Escape');
    await page.getByLabel('Partition key').focus();
    await page.keyboard.press('Control+v');
    expect(await page.getByLabel('Partition key').inputValue()).toBe(id);
  });

  it('says that it did not work', async () => {
    const page = await openEntry(`${WITHOUT} document.execCommand = () => false;`);
    await page.getByRole('dialog').getByRole('button', { name: 'Copy event id' }).click();
    await seen(page.getByRole('dialog').getByText(/^Not copied/));
    expect(await sight.overflow()).toBe(0);
  });
});

describe('a search through many entries', () => {
  beforeAll(async () => {
    const event = ['event_type', 'sent', 'timestamp', '2026-11-24T00:00:00Z', 'version', '1.0', 'source', 'post'];
    const id = ['event_id', '5f0c9a52-6f53-4a35-8a8e-1f6f0f1f6b10', 'data', '{}', 'correlation_id', 'needle'];
    await redis.client.xadd(`${PREFIX}:hay`, '*', ...event, ...id);
    const script = `for number = 1, tonumber(ARGV[1]) do redis.call('XADD', KEYS[1], '*', 'number', number) end`;
    for (let part = 0; part < 10; part += 1) await redis.client.eval(script, 1, `${PREFIX}:hay`, MANY / 10);
  });

  it('goes on by itself until it finds something, and can be stopped', async () => {
    const page = await look('/streams/hay?correlation=needle');
    await page.getByRole('button', { name: 'Stop searching' }).click();
    await seen(page.getByRole('button', { name: 'Search further back' }));
    await seen(page.getByText('Nothing so far'));
    await seen(page.getByText(/[1-9][\d,]+ searched, back to/));
    await page.getByRole('button', { name: 'Search further back' }).click();
    await seen(page.getByText('1 entry found'));
    await seen(page.getByText(/400,001 searched/));
  });

  it('finds a journey without a click', async () => {
    const page = await look('/journey/needle');
    await seen(page.getByText(/1 event in/));
  });
});
