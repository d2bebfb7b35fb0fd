import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findBrowser } from '@shop/tools';

/** A page of the console that is being looked at. */
export interface Sight extends AsyncDisposable {
  readonly page: Page;
  /** What must not happen: errors of the page, refused by its policy, dialogs, requests to other hosts. */
  readonly mishaps: readonly string[];
  /** What axe-core finds wrong with the page as it is now, in lines. */
  readonly barriers: () => Promise<string[]>;
  /** By how many pixels the page is wider than its window. */
  readonly overflow: () => Promise<number>;
}

/** How a page is looked at. */
export interface Looks {
  theme?: 'light' | 'dark';
  width?: number;
  height?: number;
  /** Whether things may move, which is in the way of looking at them. */
  motion?: boolean;
  /** What the browser answers when it is asked who that is. */
  login?: { username: string; password: string };
}

/** A browser of one test file. */
export interface TestBrowser extends AsyncDisposable {
  /** Opens a path of the console. */
  open(url: string, looks?: Looks): Promise<Sight>;
}

/** What axe-core says, as far as it matters here. */
interface AxeViolation {
  id: string;
  help: string;
  nodes: { target: string[]; failureSummary: string }[];
}

/** Starts the browser of this machine, which the test set-up has installed where there was none. */
export async function startBrowser(): Promise<TestBrowser> {
  const { command } = await findBrowser();
  const isRoot = process.getuid?.() === 0;
  const browser = await chromium.launch({
    executablePath: command,
    // Chromium refuses its sandbox to root, which is who runs in containers.
    args: isRoot ? ['--no-sandbox'] : [],
  });
  return {
    open: (url, looks) => open(browser, url, looks),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

async function open(browser: Browser, url: string, looks: Looks = {}): Promise<Sight> {
  const { theme = 'light', width = 1280, height = 900, motion = false, login } = looks;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: motion ? 'no-preference' : 'reduce',
    ...(login ? { httpCredentials: login } : {}),
  });
  const page = await context.newPage();
  const mishaps: string[] = [];
  const { origin } = new URL(url);
  page.on('pageerror', (error) => mishaps.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    mishaps.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    // An answer of 404 or 503 is logged by the browser, and is what some tests ask for.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      mishaps.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) mishaps.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return {
    page,
    mishaps,
    async barriers() {
      const known = await page.evaluate<boolean>(`typeof window.axe === 'object'`);
      // By the debugger, which the page's policy does not concern.
      if (!known) await page.evaluate(axe.source);
      const { violations } = await page.evaluate<{ violations: AxeViolation[] }>(`window.axe.run(document)`);
      return violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}\n${failureSummary}`),
      );
    },
    overflow: () =>
      page.evaluate<number>(`document.documentElement.scrollWidth - document.documentElement.clientWidth`),
    async [Symbol.asyncDispose]() {
      await context.close();
    },
  };
}
