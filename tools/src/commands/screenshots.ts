import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Browser } from 'playwright-core';
import { Failure, printFailure } from '../failure.js';
import { endGroupOnExit } from '../machine/on-exit.js';
import { findBrowser } from '../programs/browser.js';
import { ROOT } from '../root.js';
import { CONSOLE, urlOf } from '../shop/apps.js';
import { formatSeconds } from '../terminal/duration.js';

const FOLDER = path.join(ROOT, 'docs', 'images');
const ADDRESS = urlOf({ port: Number(process.env['SHOP_PORT_BASE'] ?? 3000) + CONSOLE.offset });
const OPEN_DEADLINE_MS = 300_000;
/** How long the console runs before the screenshots, so that its charts have data. */
const WARM_UP_MS = Number(process.env['SCREENSHOTS_WARM_UP_MS'] ?? 130_000);
/** How long a view may take to load and to stop moving. */
const SETTLE_MS = 3000;

interface Look {
  readonly suffix: string;
  readonly colorScheme: 'light' | 'dark';
  readonly width: number;
  readonly height: number;
}

const LOOKS: readonly Look[] = [
  { suffix: 'light', colorScheme: 'light', width: 1280, height: 860 },
  { suffix: 'dark', colorScheme: 'dark', width: 1280, height: 860 },
  { suffix: 'narrow', colorScheme: 'light', width: 400, height: 860 },
  { suffix: 'narrow-dark', colorScheme: 'dark', width: 400, height: 860 },
];

interface View {
  readonly name: string;
  readonly path: string;
}

/** @param shipment the correlation id of a shipped order */
const viewsOf = (shipment: string): readonly View[] => [
  { name: 'overview', path: '/' },
  { name: 'streams', path: '/streams/orders' },
  { name: 'journey', path: `/journey/${shipment}` },
  { name: 'dead-letters', path: '/dead-letters' },
  { name: 'shop', path: '/shop' },
];

/**
 * `npm run screenshots`: starts a shop and takes the screenshots of its console that the README shows.
 * @returns the exit code
 */
export async function main(): Promise<number> {
  try {
    const { command } = await findBrowser({ log: console.log });
    const shop = startShop();
    try {
      await untilOpen(shop);
      await takeAll(command);
    } finally {
      shop.kill('SIGINT');
      if (shop.exitCode === null) await once(shop, 'exit');
    }
    return 0;
  } catch (error) {
    printFailure(error);
    return 1;
  }
}

function startShop(): ChildProcess {
  const args = ['start', '--quiet', '--scale', 'processor=3', '--rate', '12', '--seed', '7'];
  const child = spawn(process.execPath, [path.join(ROOT, 'tools', 'run.mjs'), ...args], {
    cwd: ROOT,
    env: { ...process.env, SIMULATION_POISON_SHARE: '0.002', GATEWAY_FAILURE_SHARE: '0.1' },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true, // its own process group, which is ended when this process exits
  });
  if (child.pid !== undefined) endGroupOnExit(child.pid, 20);
  return child;
}

async function untilOpen(shop: ChildProcess): Promise<void> {
  const endsAt = performance.now() + OPEN_DEADLINE_MS;
  while (performance.now() < endsAt) {
    if (shop.exitCode !== null) throw new Failure(`npm start ended with exit code ${String(shop.exitCode)}.`);
    const answer = await fetch(`${ADDRESS}/health`).catch(() => null);
    if (answer?.ok) return;
    await sleep(500);
  }
  throw new Failure(`${ADDRESS} was not healthy within ${formatSeconds(OPEN_DEADLINE_MS)}.`);
}

/** @param program the path of a browser */
async function takeAll(program: string): Promise<void> {
  const browser = await chromium.launch({
    executablePath: program,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  const watcher = await browser.newPage();
  await watcher.goto(ADDRESS);
  console.log(`the console is open; the screenshots are taken in ${formatSeconds(WARM_UP_MS)} …`);
  await sleep(WARM_UP_MS);
  await mkdir(FOLDER, { recursive: true });
  const views = viewsOf(await findShipment());
  for (const look of LOOKS) {
    for (const view of views) await take(browser, view, look);
  }
  await browser.close();
}

async function findShipment(): Promise<string> {
  const answer = await fetch(`${ADDRESS}/api/streams/shipments/entries?count=20`);
  const { entries } = (await answer.json()) as { entries: { correlationId: string }[] };
  const last = entries.at(-1);
  if (last === undefined)
    throw new Failure('No order has been shipped yet. Set SCREENSHOTS_WARM_UP_MS to more milliseconds.');
  return last.correlationId;
}

async function take(browser: Browser, view: View, { suffix, colorScheme, width, height }: Look): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(`${ADDRESS}${view.path}`);
  await page.getByText('Live', { exact: true }).first().waitFor();
  await sleep(SETTLE_MS);
  const file = path.join(FOLDER, `console-${view.name}-${suffix}.png`);
  await page.screenshot({ path: file });
  await context.close();
  const { size } = await stat(file);
  console.log(`${path.relative(ROOT, file)}, ${String(Math.round(size / 1000))} kB`);
}
