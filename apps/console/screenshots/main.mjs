// Takes the pictures of the console that the README shows, of a shop that runs for them: npm run screenshots
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { findBrowser } from '../../../tools/browser/find.mjs';
import { endGroupAfterMe } from '../../../tools/machine/last-will.mjs';
import { ROOT } from '../../../tools/root.mjs';
import { CONSOLE } from '../../../tools/shop/apps.mjs';

const FOLDER = path.join(ROOT, 'docs', 'images');
const PORT_BASE = Number(process.env['SHOP_PORT_BASE'] ?? 3000);
const ADDRESS = `http://127.0.0.1:${PORT_BASE + CONSOLE.offset}`;
const OPEN_DEADLINE_MS = 300_000;
/** How long the console is open before the pictures, so that its charts have something to show. */
const WARM_UP_MS = Number(process.env['SCREENSHOTS_WARM_UP_MS'] ?? 130_000);
/** What a view needs to load and to come to rest. */
const SETTLE_MS = 3000;

const LOOKS = [
  { suffix: 'light', colorScheme: 'light', width: 1280, height: 860 },
  { suffix: 'dark', colorScheme: 'dark', width: 1280, height: 860 },
  { suffix: 'narrow', colorScheme: 'light', width: 400, height: 860 },
  { suffix: 'narrow-dark', colorScheme: 'dark', width: 400, height: 860 },
];

/** @param {string} shipment correlation id of an order that was shipped */
const viewsOf = (shipment) => [
  { name: 'overview', path: '/' },
  { name: 'streams', path: '/streams/orders' },
  { name: 'journey', path: `/journey/${shipment}` },
  { name: 'dead-letters', path: '/dead-letters' },
  { name: 'shop', path: '/shop' },
];

const { command } = await findBrowser({ log: console.log });
const shop = startShop();
try {
  await untilOpen();
  const browser = await chromium.launch({
    executablePath: command,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  const watcher = await browser.newPage();
  await watcher.goto(ADDRESS);
  console.log(`the console is open; ${WARM_UP_MS / 1000}s until the pictures …`);
  await sleep(WARM_UP_MS);
  await mkdir(FOLDER, { recursive: true });
  const views = viewsOf(await findShipment());
  for (const look of LOOKS) {
    for (const view of views) await take(browser, view, look);
  }
  await browser.close();
} finally {
  shop.kill('SIGINT');
  if (shop.exitCode === null) await once(shop, 'exit');
}

function startShop() {
  const child = spawn(
    process.execPath,
    ['tools/start.mjs', '--quiet', '--scale', 'processor=3', '--rate', '12', '--seed', '7'],
    {
      cwd: ROOT,
      env: { ...process.env, SIMULATION_POISON_SHARE: '0.002', GATEWAY_FAILURE_SHARE: '0.1' },
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true, // a group of its own: it is ended whatever becomes of this process
    },
  );
  endGroupAfterMe(child.pid, 20);
  return child;
}

async function untilOpen() {
  const endsAt = Date.now() + OPEN_DEADLINE_MS;
  while (Date.now() < endsAt) {
    if (shop.exitCode !== null) throw new Error(`npm start ended with exit code ${shop.exitCode}`);
    const answer = await fetch(`${ADDRESS}/health`).catch(() => null);
    if (answer?.ok) return;
    await sleep(500);
  }
  throw new Error(`${ADDRESS} was not healthy within ${OPEN_DEADLINE_MS / 1000}s`);
}

async function findShipment() {
  const answer = await fetch(`${ADDRESS}/api/streams/shipments/entries?count=20`);
  const { entries } = await answer.json();
  return entries.at(-1).correlationId;
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {{ name: string, path: string }} view
 * @param {typeof LOOKS[number]} look
 */
async function take(browser, view, { suffix, colorScheme, width, height }) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(`${ADDRESS}${view.path}`);
  await page.getByText('Live', { exact: true }).first().waitFor();
  await sleep(SETTLE_MS);
  const file = path.join(FOLDER, `console-${view.name}-${suffix}.png`);
  await page.screenshot({ path: file });
  await context.close();
  const { size } = await stat(file);
  console.log(`${path.relative(ROOT, file)}, ${Math.round(size / 1000)} kB`);
}
