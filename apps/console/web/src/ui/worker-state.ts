import type { ConsumerState } from '../../../src/contract/overview.js';

const STATES: Record<ConsumerState, { word: string; tone: 'good' | 'warn' | 'bad' | 'unknown' }> = {
  reading: { word: 'reading', tone: 'good' },
  stalled: { word: 'stalled', tone: 'warn' },
  gone: { word: 'gone', tone: 'bad' },
  waiting: { word: 'waits for a handler', tone: 'warn' },
  unknown: { word: 'not known', tone: 'unknown' },
};

/** The label and colour of a worker's state. */
export function workerState(state: ConsumerState): (typeof STATES)[ConsumerState] {
  return STATES[state];
}
