import { describe, expect, it } from 'vitest';
import { monitorLines, type MonitorPicture } from '../src/monitor-view.js';
import { widthOf } from '../src/terminal/text.js';

const GROUP = {
  lastDeliveredId: '5-0',
  consumerCount: 1,
  consumers: [],
  lag: 0,
  entriesRead: 0,
  lagMs: 0,
  pending: 0,
  oldestPendingMs: 0,
};

const PICTURE: MonitorPicture = {
  address: '127.0.0.1:6379',
  prefix: 'ecommerce',
  clock: '12:04:07',
  streams: [
    {
      name: 'orders',
      length: 1204,
      deadLetters: 2,
      ratePerSecond: 19.84,
      groups: [
        { ...GROUP, name: 'idle', ratePerSecond: 19.84, consumerCount: 0 },
        {
          ...GROUP,
          name: 'behind',
          ratePerSecond: null,
          lag: 12,
          lagMs: 2400,
          pending: 3,
          oldestPendingMs: 65_000,
          consumers: [{ name: 'worker-1', pending: 3, idleMs: 120 }],
        },
        { ...GROUP, name: 'unsure', ratePerSecond: null, lag: null, lagMs: 100 },
      ],
    },
  ],
};

const cells = (line = ''): string[] => line.trim().split(/ {2,}/);

describe('the table of the monitor', () => {
  it('has a line for each stream, group and consumer', () => {
    const [heading, , head, ...lines] = monitorLines(PICTURE);
    expect(heading).toContain('ecommerce on 127.0.0.1:6379');
    expect(cells(head).slice(1)).toEqual(['LENGTH', 'RATE/S', 'LAG', 'BEHIND', 'PENDING', 'OLDEST', 'DEAD', 'SEEN']);
    expect(lines.map(cells)).toEqual([
      ['orders', '1,204', '19.8', '2'],
      ['idle', '19.8', '–', '–', '–', '–', 'nobody'],
      ['behind', '–', '12', '2.4s', '3', '1m05s'],
      ['worker-1', '3', '0.1s'],
      ['unsure', '–', '?', '0.1s', '–', '–'],
    ]);
  });

  it.each([200, 80, 60, 40, 20, 10])('fits into %d columns', (width) => {
    for (const line of monitorLines(PICTURE, { width, height: 40 })) expect(widthOf(line)).toBeLessThanOrEqual(width);
  });

  it('keeps the most useful columns if it is narrow', () => {
    const [, , head] = monitorLines(PICTURE, { width: 40, height: 40 });
    expect(head).toMatch(/LAG +BEHIND/);
    expect(head).not.toContain('LENGTH');
  });

  it('fits into the height, and can be scrolled to its end and no further', () => {
    const all = monitorLines(PICTURE, { width: 100, height: 40 });
    const first = monitorLines(PICTURE, { width: 100, height: 7 });
    expect(first).toHaveLength(7);
    expect(first.at(-1)).toContain('3 more lines');
    const last = monitorLines(PICTURE, { width: 100, height: 7, scroll: 99 });
    expect(last.slice(3, 5)).toEqual(all.slice(6, 8));
    expect(last.at(-1)).not.toContain('more line');
  });

  it('escapes control characters in the names of groups and consumers', () => {
    const name = 'a\u001b[2J\u202e';
    const [stream] = PICTURE.streams;
    const groups = [{ ...GROUP, name, ratePerSecond: null, consumers: [{ name, pending: 0, idleMs: 0 }] }];
    const lines = monitorLines({ ...PICTURE, note: name, streams: stream ? [{ ...stream, groups }] : [] });
    expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });

  it('says that there are no streams, and what is wrong', () => {
    const lines = monitorLines({ ...PICTURE, streams: [], note: 'Redis is away' }).join('\n');
    expect(lines).toContain('No streams with the prefix ecommerce.');
    expect(lines).toContain('Redis is away');
  });
});
