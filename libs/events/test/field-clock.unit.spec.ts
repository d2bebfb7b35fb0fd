import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { logTo, silentLogger } from '../src/log/logger.js';
import { OutageWatch, type Outage } from '../src/connection/outage-watch.js';

const HOUR_MS = 3_600_000;
const ADDRESS = '127.0.0.1:6379';

describe('a clock that is set', () => {
  beforeEach(() => {
    logTo(silentLogger);
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['back', -HOUR_MS],
    ['ahead', HOUR_MS],
  ])('%s during an outage changes neither its end nor its duration', (_, stepMs) => {
    const ended: [Outage, number][] = [];
    const watch = new OutageWatch('watch', { ended: (...about) => ended.push(about) });
    watch.refused(ADDRESS, 'LOADING Redis is loading the dataset in memory');
    vi.advanceTimersByTime(2000);
    watch.refused(ADDRESS, 'LOADING Redis is loading the dataset in memory');
    vi.setSystemTime(Date.now() + stepMs);
    watch.served();
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(3000);
    watch.served();
    expect(ended).toEqual([[{ address: ADDRESS, reason: 'LOADING' }, 2000]]);
  });
});
