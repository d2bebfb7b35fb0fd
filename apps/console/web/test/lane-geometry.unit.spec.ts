import { describe, expect, it } from 'vitest';
import { geometryOf } from '../src/journey/lane-geometry.js';
import type { Lane } from '../src/journey/lanes.js';

const lane = (name: string, rows: number): Lane => ({ name, rows, bars: [], ticks: [], marks: [] });
const LANES = [lane('order_service', 1), lane('payment_service', 3), lane('shipping_service', 2)];
const SPAN_MS = 1000;

describe.each([320, 560, 1280])('the geometry of lanes, %d pixels wide', (width) => {
  const { height, heightOf, topOf, x, y } = geometryOf({ lanes: LANES, spanMs: SPAN_MS }, width);

  it('puts each lane below the one before', () => {
    let below = 0;
    for (const one of LANES) {
      expect(topOf(one)).toBe(below);
      below += heightOf(one);
    }
    expect(height).toBe(below);
  });

  it('puts each row inside its lane', () => {
    for (const one of LANES) {
      for (let row = 0; row < one.rows; row += 1) {
        expect(y(one, row)).toBeGreaterThan(topOf(one));
        expect(y(one, row)).toBeLessThan(topOf(one) + heightOf(one));
      }
    }
  });

  it('leaves room for the name of the last event', () => {
    expect(x(0)).toBe('0%');
    expect(parseFloat(x(SPAN_MS))).toBeGreaterThanOrEqual(50);
    expect(parseFloat(x(SPAN_MS))).toBeLessThan(100);
  });
});

describe('the geometry of lanes', () => {
  it('shows the text of a bar only if it fits, and late names at the left only if the page is narrow', () => {
    const wide = geometryOf({ lanes: LANES, spanMs: SPAN_MS }, 1280);
    const narrow = geometryOf({ lanes: LANES, spanMs: SPAN_MS }, 320);
    expect([wide.hasRoom(SPAN_MS), wide.hasRoom(1)]).toEqual([true, false]);
    expect([wide.isLate(SPAN_MS), narrow.isLate(SPAN_MS), narrow.isLate(0)]).toEqual([false, true, false]);
  });
});
