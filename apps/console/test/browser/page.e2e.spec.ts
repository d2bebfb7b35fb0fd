import { randomUUID } from 'node:crypto';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startConsole, type Console } from '../console.js';
import { ParcelReceived, startWorker, type Worker } from '../worker.js';
import type { Looks, Sight } from './browser.js';
import { browserOfFile, gone, seen } from './pages.js';

const PREFIX = 'mail';

let redis: TestRedis;
let site: Console;
let worker: Worker;
/** Whether the worker's handler fails just now. */
let fails = false;

beforeAll(async () => {
  redis = await freshRedis();
  site = await startConsole(redis.url, { EVENTS_PREFIX: PREFIX });
  worker = await startWorker(
    redis.url,
    PREFIX,
    ({ data }, { transaction }) => {
      if (fails) throw new Error(`no such address: "${data.to}"`);
      transaction.publish(ParcelReceived, { by: data.to });
    },
    { retry: { attempts: 2, firstDelayMs: 1, maxDelayMs: 1 } },
  );
}, 600_000);
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await site[Symbol.asyncDispose]();
  await redis.stop();
});

const open = browserOfFile();
const look = (path: string, looks?: Looks): Promise<Sight> => open(`${site.app.url}${path}`, looks);

describe('the overview', () => {
  it('draws who publishes and handles what, and says that all is well', async () => {
    await worker.send('ada');
    const { page } = await look('/');
    await seen(page.getByText('All is well.'));
    const picture = page.getByRole('group', { name: 'Topology' });
    await seen(picture.getByRole('link', { name: 'parcels', exact: true }));
    await seen(picture.getByText('receivers', { exact: true }));
    await picture.getByRole('link', { name: 'parcels', exact: true }).click();
    await seen(page.getByRole('heading', { level: 1, name: 'parcels' }));
    await eventually('the title names the view', async () => (await page.title()).includes('parcels'));
  });
});

describe('streams', () => {
  it('shows new entries without a reload, and none while it is paused', async () => {
    const { page } = await look('/streams/parcels');
    await seen(page.getByRole('button', { name: 'Pause' }));
    await worker.send('tail-1');
    await seen(page.getByRole('cell', { name: 'tail-1' }));

    await page.getByRole('button', { name: 'Pause' }).click();
    await worker.send('tail-2');
    await seen(page.getByText(/Paused, \d+ new/));
    expect(await page.getByRole('cell', { name: 'tail-2' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Continue' }).click();
    await seen(page.getByRole('cell', { name: 'tail-2' }));
  });

  it('finds entries by key, and shows a whole entry with its state in each group', async () => {
    const id = await worker.send('needle');
    const { page } = await look('/streams/parcels');
    await page.getByLabel('Partition key').fill('needle');
    await page.getByRole('button', { name: 'Search' }).click();
    await seen(page.getByText('1 entry found'));
    await page.getByRole('button', { name: `open entry ${id}` }).click();
    const drawer = page.getByRole('dialog');
    await seen(drawer.getByText('"needle"'));
    await seen(drawer.getByText('settled'));
    await drawer.getByRole('radio', { name: 'Raw' }).click();
    await seen(drawer.getByText('partition_key'));
    // The address names all of it: a reload shows the same.
    await page.reload();
    await seen(page.getByRole('dialog').getByText('"needle"'));
  });

  it('shows groups with their consumers', async () => {
    const { page } = await look('/streams/parcels?tab=groups');
    const group = page.getByRole('region', { name: 'Group receivers', exact: true });
    await seen(group.getByRole('cell', { name: worker.consumer.name }));
    await seen(group.getByText('reading', { exact: true }));
  });
});

describe('a journey', () => {
  it('is drawn from the first event to its answer', async () => {
    await worker.send('journey', 'parcel/42%41<b>');
    const { page } = await look(`/journey/${encodeURIComponent('parcel/42%41<b>')}`);
    await seen(page.getByText(/2 events in/));
    await seen(page.getByRole('button', { name: /^parcel_sent, published after 0 ms by post/ }));
    await seen(page.getByText(/answers parcel_sent/));
    await page.getByRole('button', { name: /^parcel_received, published/ }).click();
    await seen(page.getByRole('dialog').getByText('"journey"'));
  });

  it('is listed among the latest journeys', async () => {
    const { page } = await look('/journey');
    await seen(page.getByRole('button', { name: 'Pause' }));
    await worker.send('fresh', 'fresh-journey');
    await page.getByRole('link', { name: 'fresh-journey' }).click();
    await seen(page.getByText(/2 events in/));
  });

  it('says that nothing was found', async () => {
    const { page } = await look('/journey/no-such-id');
    await seen(page.getByText('No event of this id was found'));
  });
});

describe('dead letters', () => {
  beforeEach(() => {
    fails = true;
  });
  afterEach(() => {
    fails = false;
  });

  async function fail(to: string): Promise<void> {
    const before = await redis.client.xlen(`${PREFIX}:parcels:dead-letters`);
    await worker.send(to);
    await eventually(
      `${to} is a dead letter`,
      async () => (await redis.client.xlen(`${PREFIX}:parcels:dead-letters`)) > before,
    );
  }

  it('shows a cause, edits a payload, says what a replay will do, and replays', async () => {
    await fail('atlantis');
    const { page } = await look('/dead-letters');
    await page.getByRole('link', { name: 'Look at it' }).click();
    await page.getByRole('button', { name: /open dead letter/ }).click();
    const drawer = page.getByRole('dialog');
    await seen(drawer.getByText('no such address: "atlantis"').first());
    await seen(drawer.getByRole('region', { name: 'Stack' }));

    await drawer.getByRole('button', { name: 'Edit and replay' }).click();
    const editor = page.getByLabel('Payload (JSON object)');
    await editor.fill('{"to": "athens", "weight": ');
    await seen(page.getByText(/This is no JSON yet/));
    expect(await page.getByRole('button', { name: 'See what will happen' }).isDisabled()).toBe(true);
    await editor.fill('{"to": "athens", "weight": 2}');
    await page.getByRole('button', { name: 'See what will happen' }).click();

    const confirmation = page.getByRole('dialog', { name: 'Replay 1 dead letter?' });
    await seen(confirmation.getByText(/receivers/));
    await confirmation.getByLabel('Why (for the history)').fill('moved');
    fails = false;
    await confirmation.getByRole('button', { name: 'Replay 1 dead letter' }).click();
    await seen(page.getByText('1 dead letter replayed.'));
    await eventually('it was handled with the new payload', async () => {
      const receipts = await redis.client.xrevrange(`${PREFIX}:receipts`, '+', '-', 'COUNT', 1);
      return JSON.stringify(receipts).includes('athens');
    });
    await page.getByRole('navigation').getByRole('link', { name: 'Dead letters' }).click();
    await seen(page.getByText('No dead letters'));
    await seen(page.getByText('edited and replayed'));
  });

  it('discards several dead letters at once', async () => {
    await fail('mu');
    await fail('lemuria');
    await fail('avalon');
    const { page } = await look('/dead-letters');
    await page.getByRole('link', { name: 'Look at all 3' }).click();
    const boxes = page.getByRole('checkbox', { name: /^Choose dead letter/ });
    await boxes.nth(0).check();
    await boxes.nth(1).check();
    await seen(page.getByText('2 of 3 chosen'));
    await page.getByRole('button', { name: 'Discard 2' }).click();
    await page.getByRole('button', { name: 'Discard 2 dead letters' }).click();
    await seen(page.getByText('2 dead letters discarded.'));
    await page.getByRole('button', { name: 'Discard', exact: true }).click();
    await page.getByRole('button', { name: 'Discard 1 dead letter' }).click();
    await seen(page.getByText('No dead letters of this cause are left'));
  });
});

describe('hostile events', () => {
  const SCRIPT = '<script>alert(1)</script><img src=x onerror=alert(2)>';

  it('are shown as text: no script runs, no text changes direction, and long texts are cut', async () => {
    const data = JSON.stringify({
      script: SCRIPT,
      turned: 'a\u202Egnp.exe',
      terminal: '\u001b[2J\u001b]0;owned\u0007',
      lines: 'one\ntwo',
      huge: 'x'.repeat(1_000_000),
    });
    const fields = [
      'event_id',
      randomUUID(),
      'event_type',
      SCRIPT,
      'timestamp',
      '2026-11-24T00:00:00Z',
      'version',
      '1.0',
    ];
    const rest = ['source', 'a\u202Eb', 'data', data, 'correlation_id', SCRIPT, 'partition_key', '\u001b[31m'];
    const id = await redis.client.xadd(`${PREFIX}:hostile`, '*', ...fields, ...rest);
    const { page } = await look(`/streams/hostile?entry=hostile/${id ?? ''}`);
    const drawer = page.getByRole('dialog');
    await seen(drawer.getByText(SCRIPT).first());
    // Whatever would turn the text around is shown by its name instead; escapes by their pictures.
    await seen(drawer.getByText('U+202E').first());
    await seen(drawer.getByText('␛').first());
    const payload = drawer.getByRole('group', { name: 'Payload' });
    expect((await payload.innerText()).length).toBeLessThan(30_000);
    await drawer.getByRole('button', { name: /^Show all/ }).click();
    await eventually('all of it is shown', async () => (await payload.innerText()).length > 1_000_000);

    await drawer.getByRole('link', { name: 'Follow its journey' }).click();
    await seen(page.getByRole('heading', { name: 'Journey' }));
    await seen(page.getByText(SCRIPT).first());
    expect(await page.locator('main script, main img').count()).toBe(0);
  });

  it('are marked as "not an event" if they are not one', async () => {
    const id = await redis.client.xadd(`${PREFIX}:hostile`, '*', 'nonsense', SCRIPT);
    const { page } = await look(`/streams/hostile?entry=hostile/${id ?? ''}`);
    await seen(page.getByRole('dialog').getByText('This is not an event.'));
    await seen(page.getByRole('dialog').getByText(SCRIPT).first());
  });
});

describe('the page without Redis', () => {
  it('says that Redis is unavailable, keeps what it shows, and goes on by itself', async () => {
    const { page } = await look('/');
    await seen(page.getByRole('link', { name: 'parcels', exact: true }));
    await redis.server.kill();
    await seen(page.getByRole('alert').getByText('Redis is unavailable'));
    await seen(page.getByRole('link', { name: 'parcels', exact: true }));
    await page.getByRole('navigation').getByRole('link', { name: 'Dead letters' }).click();
    await seen(page.getByText('This could not be loaded'));
    await redis.restart();
    await gone(page.getByText('Redis is unavailable'));
    await gone(page.getByText('This could not be loaded'));
    await page.getByRole('navigation').getByRole('link', { name: 'Streams' }).click();
    await worker.send('afterwards');
    await seen(page.getByRole('cell', { name: 'afterwards' }));
    // Before the next test lets its handler fail: the worker may look for Redis only every two seconds by now.
    await eventually('the worker is back, too', async () => {
      const receipts = await redis.client.xrevrange(`${PREFIX}:receipts`, '+', '-', 'COUNT', 1);
      return JSON.stringify(receipts).includes('afterwards');
    });
  });
});

describe('the page by keyboard', () => {
  it('skips to the content, changes views, opens an entry and returns the focus to it', async () => {
    const id = await worker.send('keys');
    const { page } = await look('/streams/parcels?key=keys');
    await seen(page.getByRole('button', { name: `open entry ${id}` }));
    const focused = (): Promise<string> =>
      page.evaluate<string>(
        `document.activeElement?.matches('a, button, input')
          ? (document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent)
          : ''`,
      );
    const tabUntil = async (name: string): Promise<void> => {
      for (let presses = 0; presses < 60; presses += 1) {
        if ((await focused()).includes(name)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`Tab never came to "${name}"`);
    };
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate<string>(`document.activeElement?.id`)).toBe('main');

    await tabUntil(`open entry ${id}`);
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('dialog');
    await seen(drawer.getByText('"keys"'));
    // The focus stays inside: however often Tab is pressed, nothing of the page behind gets it.
    for (let presses = 0; presses < 12; presses += 1) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate<boolean>(`!document.activeElement?.closest('main')`)).toBe(true);
    }
    await tabUntil('Pretty');
    await page.keyboard.press('ArrowRight');
    await seen(drawer.getByText('partition_key'));
    await page.keyboard.press('Escape');
    await gone(drawer);
    expect(await focused()).toContain(`open entry ${id}`);
  });
});

const VIEWS = [
  '/',
  '/streams',
  '/streams/parcels',
  '/streams/parcels?tab=groups',
  '/journey',
  '/journey/axe',
  '/dead-letters',
];
const LOOKS = (['light', 'dark'] as const).flatMap((theme) => [1280, 400].map((width) => ({ theme, width })));

describe.each(LOOKS)('the page in the $theme theme, $width pixels wide', (looks) => {
  beforeAll(async () => {
    fails = true;
    await worker.send('axe', 'axe');
    await eventually('there is a dead letter', () => redis.client.xlen(`${PREFIX}:parcels:dead-letters`));
    fails = false;
  });

  it.each(VIEWS)('%s is accessible, and fits the width', async (path) => {
    const { page, barriers, overflow } = await look(path, looks);
    await seen(page.getByText('Live', { exact: true }));
    await gone(page.locator('.skeleton'));
    expect(await barriers()).toEqual([]);
    expect(await overflow()).toBe(0);
  });

  it('has accessible dialogs', async () => {
    const { page, barriers, overflow } = await look('/dead-letters', looks);
    await page
      .getByRole('link', { name: /^Look at/ })
      .first()
      .click();
    await page
      .getByRole('button', { name: /open dead letter/ })
      .first()
      .click();
    await seen(page.getByRole('dialog').getByText('no such address: "axe"').first());
    expect(await barriers()).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Replay', exact: true }).click();
    await seen(page.getByRole('dialog', { name: /^Replay 1/ }).getByText(/receivers/));
    expect(await barriers()).toEqual([]);
    expect(await overflow()).toBe(0);
  });
});
