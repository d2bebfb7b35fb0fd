import { describe, expect, it } from 'vitest';
import { Changes } from '../src/concurrency/changes.js';
import { Room, type Relievable } from '../src/read/room.js';

const LIMITS = { entries: 1000, bytes: 1_000_000, concurrency: 10 };

/** What a worker holds, of entries of 10 bytes each. */
function holding(size: number, deferredCount = 0) {
  return { size, bytes: size * 10, deferredCount, changes: new Changes() };
}

describe('the room of a worker', () => {
  it('is for new entries only when nothing that others have left is to be taken over', () => {
    const room = new Room(holding(10), LIMITS, () => 0);
    room.takeOverFirst(true);
    expect(room.for('new')).toBe(0);
    expect(room.for('takeover')).toBeGreaterThan(0);
    room.takeOverFirst(false);
    expect(room.for('new')).toBe(room.for('takeover'));
  });

  it('is bounded by what the handlers can do soon, but for what is urgent', () => {
    const room = new Room(holding(400), LIMITS, () => 400);
    expect(room.for('takeover')).toBe(0);
    expect(room.for('resumption')).toBe(0);
    expect(room.for('urgent-takeover')).toBe(600);
    expect(room.for('urgent-resumption')).toBe(600);
  });

  it('is only for what was deferred when no more can be deferred', () => {
    const room = new Room(holding(10, 100_000), LIMITS, () => 0);
    expect([room.for('new'), room.for('takeover'), room.for('urgent-takeover')]).toEqual([0, 0, 0]);
    expect(room.for('resumption')).toBeGreaterThan(0);
    expect(room.for('urgent-resumption')).toBe(990);
  });

  it('is waited for until something has changed', async () => {
    const held = holding(1000);
    const room = new Room(held, LIMITS, () => 1);
    const waiting = room.await('new', 10, 60_000);
    Object.assign(held, holding(990), { changes: held.changes });
    held.changes.tell();
    await expect(waiting).resolves.toBe(10);
  });

  it('is made by a full worker, which defers until half of it is free: first by key, then in pauses', async () => {
    const held = holding(1000);
    const room = new Room(held, LIMITS, () => 1);
    const asked: string[] = [];
    const relievable: Relievable = {
      keys: 100,
      relieve(share) {
        asked.push(`${String(share)} for each key`);
        held.size = 700;
      },
      deferPaused(most) {
        asked.push(`${String(most)} in pauses`);
        return most;
      },
    };
    const end = room.relieveBy(relievable);
    await room.await('new', 10, 60_000);
    expect(asked).toEqual(['4 for each key', '200 in pauses']);
    end();
    held.size = 1000;
    await room.await('new', 10, 60_000);
    expect(asked).toHaveLength(2);
  });
});
