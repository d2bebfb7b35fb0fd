import { describe, expect, it } from 'vitest';
import { fateOf, type DeliveryState } from '../src/operate/delivery-states.js';

const of = (state: DeliveryState['state']): DeliveryState => ({
  group: 'receivers',
  state,
  consumer: null,
  idleMs: null,
  deliveries: null,
  handlers: [],
});

describe('what became of an entry in a group', () => {
  it.each(['waiting', 'pending'] as const)('is %s, whatever became of other handlers', (state) => {
    expect(fateOf(of(state), { isDeadLettered: true, isReplaying: true })).toBe(state);
  });

  it('is a dead letter before a replay, and a replay before settled', () => {
    const settled = of('settled');
    expect(fateOf(settled, { isDeadLettered: true, isReplaying: true })).toBe('dead-lettered');
    expect(fateOf(settled, { isDeadLettered: false, isReplaying: true })).toBe('replaying');
    expect(fateOf(settled, { isDeadLettered: false, isReplaying: false })).toBe('settled');
  });
});
