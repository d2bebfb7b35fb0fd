import type { SeriesPoint } from '../contract/overview.js';
import type { Picture } from '../observe/picture.js';
import { percentilesOf } from '../observe/percentiles.js';
import type { SeenDurations } from '../observe/recent-events.js';
import { groupTotals } from './totals.js';

/** The newest point of the charts. Pure. */
export function pointOf(picture: Picture, { answerMs, journeyMs }: SeenDurations): SeriesPoint {
  const streams = [...picture.streams.values()];
  const groups = groupTotals(picture);
  return {
    atMs: picture.atMs,
    published: Object.fromEntries(streams.map(({ name, meter }) => [name, meter.perSecond])),
    handled: Object.fromEntries(groups.map(({ name, perSecond }) => [name, perSecond])),
    lag: Object.fromEntries(groups.map(({ name, lag }) => [name, lag])),
    lagMs: Object.fromEntries(groups.map(({ name, lagMs }) => [name, lagMs])),
    pending: Object.fromEntries(groups.map(({ name, pending }) => [name, pending])),
    deadLetters: streams.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
    answerMs: percentilesOf(answerMs),
    journeyMs: percentilesOf(journeyMs),
  };
}
