import type { Observation } from '../src/model/observation.js';
import { EventsObserver } from '../src/observe/events-observer.js';
import { describe, expect, it } from 'vitest';

const trimmed: Observation = { kind: 'trimmed', stream: 'shop:orders', count: 1, dropped: {} };
const handedBack: Observation = { kind: 'handed-back', stream: 'shop:orders', group: 'workers', count: 1 };

describe('EventsObserver', () => {
  it('tells each listener what it wants to hear, until it has heard enough', () => {
    const observer = new EventsObserver();
    const heard: string[] = [];
    observer.subscribe(({ kind }) => heard.push(`all ${kind}`));
    const end = observer.subscribe(({ count }) => heard.push(`trimmed ${String(count)}`), ['trimmed']);
    observer.emit(trimmed);
    observer.emit(handedBack);
    end();
    observer.emit(trimmed);
    expect(heard).toEqual(['all trimmed', 'trimmed 1', 'all handed-back', 'all trimmed']);
  });

  it('knows what nobody hears of', () => {
    const observer = new EventsObserver();
    expect(observer.isHeard('trimmed')).toBe(false);
    const endOne = observer.subscribe(() => undefined, ['trimmed']);
    expect([observer.isHeard('trimmed'), observer.isHeard('handled')]).toEqual([true, false]);
    const endAll = observer.subscribe(() => undefined);
    expect(observer.isHeard('handled')).toBe(true);
    endOne();
    endAll();
    expect(observer.isHeard('trimmed')).toBe(false);
  });
});
