import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole, type Console } from '../console.js';
import { userLine, writeUsers } from '../users.js';
import type { Looks, Sight } from './browser.js';
import { browserOfFile, seen } from './pages.js';

const ADA = { username: 'ada', password: 'open sesame' };
const BOB = { username: 'bob', password: 'only looking' };

let redis: TestRedis;
let folder: string;
let site: Console;
beforeAll(async () => {
  redis = await freshRedis();
  folder = mkdtempSync(path.join(tmpdir(), 'console-users-'));
  const file = path.join(folder, 'users');
  await writeUsers(
    file,
    await userLine('ada', 'operator', ADA.password),
    await userLine('bob', 'viewer', BOB.password),
  );
  site = await startConsole(redis.url, { CONSOLE_USERS_FILE: file });
}, 600_000);
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await redis.stop();
  rmSync(folder, { recursive: true });
});
const open = browserOfFile();

const look = (path: string, looks: Looks): Promise<Sight> => open(`${site.app.url}${path}`, looks);

async function deadLetter(): Promise<string> {
  await redis.client.xadd('ecommerce:parcels', '*', 'key', 'value');
  const about = ['stream', 'ecommerce:parcels', 'entry_id', '1-1', 'group', 'g', 'handler', 'h', 'error_name', 'Lost'];
  return String(await redis.client.xadd('ecommerce:parcels:dead-letters', '*', ...about));
}

describe('a viewer', () => {
  it('sees who is logged in, can look at everything, and can change nothing', async () => {
    await deadLetter();
    const { page } = await look('/dead-letters', { login: BOB });
    await seen(page.getByText('Live', { exact: true }));
    await seen(page.getByTitle('Logged in as bob, viewer: may read', { exact: true }));
    const button = page.getByRole('button', { name: /^Discard/ }).first();
    await seen(button);
    expect(await button.isDisabled()).toBe(true);
    expect(await button.getAttribute('title')).toContain('bob is a viewer');
  });
});

describe('an operator', () => {
  it('acts under the name of the login, and finds the action in the log, by keyboard', async () => {
    const id = await deadLetter();
    const { page, barriers } = await look('/dead-letters', { login: ADA });
    await seen(page.getByTitle(/^Logged in as ada, operator/));
    await page
      .getByRole('button', { name: /^Discard/ })
      .first()
      .click();
    const dialog = page.getByRole('dialog');
    await seen(dialog.getByText('ada, who is logged in'));
    expect(await dialog.getByLabel('Your name').count()).toBe(0);
    await dialog.getByLabel('Why (for the history)').fill('<b>not</b> needed');
    expect(await barriers()).toEqual([]);
    await dialog.getByRole('button', { name: /^Discard/ }).click();
    await dialog.waitFor({ state: 'detached' });

    const link = page.getByRole('navigation').getByRole('link', { name: 'Actions' });
    await link.focus();
    await page.keyboard.press('Enter');
    await seen(page.getByRole('heading', { level: 1, name: 'Actions' }));
    const row = page.getByRole('row').filter({ hasText: id });
    await seen(row);
    for (const text of ['ada', 'operator · 127.0.0.1', 'Discard', 'parcels', '<b>not</b> needed', 'done'])
      expect(await row.innerText()).toContain(text);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export as CSV' }).click();
    expect((await download).suggestedFilename()).toBe('actions.csv');
  });

  it.each([
    { theme: 'light', width: 1280 },
    { theme: 'dark', width: 1280 },
    { theme: 'light', width: 400 },
    { theme: 'dark', width: 400 },
  ] as const)('sees the actions, accessible, in the $theme theme, $width pixels wide', async (looks) => {
    const noted = [
      'phase',
      'begun',
      'action',
      'discard',
      'target',
      'parcels',
      'by',
      'a\u202eda',
      'ids',
      '1-1 2-2',
      'count',
      '9',
    ];
    await redis.client.xadd('ecommerce:console:actions', '*', ...noted);
    const { page, barriers, overflow } = await look('/actions', { ...looks, login: ADA });
    await seen(page.getByRole('table'));
    await seen(page.getByText('Live', { exact: true }));
    expect(await barriers()).toEqual([]);
    expect(await overflow()).toBe(0);
    if (process.env['SCREENSHOTS'])
      await page.screenshot({
        path: `${process.env['SCREENSHOTS']}/actions-${looks.theme}-${String(looks.width)}.png`,
      });
  });
});

describe('a page whose user was removed', () => {
  it('says that it is not live any more', async () => {
    const { page } = await look('/actions', { login: BOB });
    await seen(page.getByText('Live', { exact: true }));
    const file = path.join(folder, 'users');
    await writeUsers(file, await userLine('ada', 'operator', ADA.password));
    await seen(page.getByRole('alert').getByText(/The console refuses the live feed|The console does not answer/));
    await eventually(
      'nothing says that it is live',
      async () => (await page.locator('.head .badge-good').count()) === 0,
    );
  });
});
