import { asList, asText, asTexts } from '../../connection/reply.js';
import { pairs } from '../entries/pairs.js';
import type { Question } from './question.js';

/** One step through all keys, of which it gives the streams that fit the pattern; `next` is null at the end. */
export function scanStreams(
  cursor: string,
  pattern: string,
  count: number,
): Question<{ next: string | null; keys: string[] }> {
  return {
    command: ['SCAN', cursor, 'MATCH', pattern, 'COUNT', count, 'TYPE', 'stream'],
    missing: { next: null, keys: [] },
    read: (reply) => {
      const [next, keys] = asList(reply, 'SCAN');
      return { next: next === '0' ? null : asText(next, 'SCAN'), keys: asTexts(keys, 'SCAN') };
    },
  };
}

/** What one step through a hash has found; `next` is null at the end. */
export interface HashStep {
  found: [field: string, value: string][];
  next: string | null;
}

/** One step through a hash's fields that fit a pattern; a hash of a few hundred fields is through at once. */
export function scanHash(key: string, pattern: string, count: number, cursor = '0'): Question<HashStep> {
  return {
    command: ['HSCAN', key, cursor, 'MATCH', pattern, 'COUNT', count],
    missing: { found: [], next: null },
    read: (reply) => {
      const [next, found] = asList(reply, 'HSCAN');
      return { found: pairs(asTexts(found, 'HSCAN')), next: next === '0' ? null : asText(next, 'HSCAN') };
    },
  };
}
