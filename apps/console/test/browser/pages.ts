import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { startBrowser, type Looks, type Sight, type TestBrowser } from './browser.js';

/** How long a page may take to show something, in milliseconds. */
const DEADLINE_MS = 30_000;

/** Waits until it is on the page. */
export const seen = (locator: Locator): Promise<void> => locator.first().waitFor({ timeout: DEADLINE_MS });

/** Waits until it is not on the page any more. */
export const gone = (locator: Locator): Promise<void> =>
  locator.first().waitFor({ state: 'detached', timeout: DEADLINE_MS });

/**
 * A browser for the tests of a file. A test opens one page, which is closed after it; a mishap on the page fails the test. Call it after the
 * file's own hooks: so the browser ends before what they end.
 *
 * @returns opens an address
 */
export function browserOfFile(): (url: string, looks?: Looks) => Promise<Sight> {
  let browser: TestBrowser;
  let sight: Sight | undefined;
  beforeAll(async () => {
    browser = await startBrowser();
  }, 600_000);
  afterAll(() => browser[Symbol.asyncDispose]());
  afterEach(async () => {
    if (!sight) return;
    const { mishaps } = sight;
    await sight[Symbol.asyncDispose]();
    sight = undefined;
    expect(mishaps).toEqual([]);
  });
  return async (url, looks) => (sight = await browser.open(url, looks));
}
