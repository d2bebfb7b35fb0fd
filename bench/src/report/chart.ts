import { YARDSTICK } from '../contestants/all.js';
import { SCENARIOS } from '../scenarios.js';
import type { Result } from './results.js';
import type { Titles } from './tables.js';

const WIDTH = 720;
const LABEL_WIDTH = 130;
const VALUE_WIDTH = 130;
const BAR_HEIGHT = 16;
const BAR_STEP = 22;
const TITLE_HEIGHT = 34;
const FONT = 13;

const STYLE = `
  text { font: ${String(FONT)}px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
  .value { fill: #59636e }
  .bar { fill: #8c959f }
  .library { fill: #0969da }
  .yardstick { fill: #bf8700 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .value { fill: #9198a1 }
    .bar { fill: #656c76 }
    .library { fill: #4493f8 }
    .yardstick { fill: #d29922 }
  }`;

/**
 * Draws bars of events a second, with one scale per scenario. It has a transparent background, and colours for light and dark themes.
 *
 * @param results results with the same persistence
 * @returns an SVG
 */
export function chartOf(results: readonly Result[], titles: Titles): string {
  const parts: string[] = [];
  let y = 0;
  for (const scenario of SCENARIOS) {
    const own = results.filter(({ scenario: of, figures }) => of === scenario && figures.perSecond !== undefined);
    const most = Math.max(...own.map(({ figures }) => figures.perSecond?.median ?? 0));
    if (own.length === 0) continue;
    y += TITLE_HEIGHT;
    parts.push(`<text class="title" x="0" y="${String(y - 9)}">${scenario.title}</text>`);
    for (const { contestant, figures, ratio } of own) {
      const perSecond = figures.perSecond?.median ?? 0;
      const width = Math.max(1, ((WIDTH - LABEL_WIDTH - VALUE_WIDTH) * perSecond) / most);
      const beside = ratio === undefined || contestant === YARDSTICK ? '' : `  × ${ratio.toFixed(2)}`;
      const text = String(y + BAR_HEIGHT - 4);
      const bar = `class="bar ${contestant}" x="${String(LABEL_WIDTH)}" y="${String(y)}"`;
      parts.push(
        `<text x="${String(LABEL_WIDTH - 8)}" y="${text}" text-anchor="end">${titles.get(contestant) ?? contestant}</text>`,
        `<rect ${bar} width="${width.toFixed(1)}" height="${String(BAR_HEIGHT)}" rx="2"/>`,
        `<text class="value" x="${(LABEL_WIDTH + width + 6).toFixed(1)}" y="${text}">${Math.round(perSecond).toLocaleString('en')}/s${beside}</text>`,
      );
      y += BAR_STEP;
    }
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(y)}" role="img" aria-label="Events a second">`,
    `<style>${STYLE}\n</style>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}
