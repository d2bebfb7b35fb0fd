import { JsonWalk } from '../json/walk.js';

/** The limits of a payload as a whole. Publishers and readers measure its JSON in the same way. */
export interface PayloadLimits {
  /** Bytes of its JSON, in UTF-8. */
  maxBytes: number;
  /** How deep objects and arrays may be nested. */
  maxDepth: number;
  /** Properties of all its objects together. */
  maxProperties: number;
  /** Items of all its arrays together. */
  maxItems: number;
}

/** The defaults of publishers and readers: far more than an event needs, and not too much for a worker with little memory. */
export const DEFAULT_PAYLOAD_LIMITS: PayloadLimits = {
  maxBytes: 2 ** 20,
  maxDepth: 100,
  maxProperties: 10_000,
  maxItems: 10_000,
};

/** A UTF-16 unit is at most so many bytes of UTF-8. */
export const MAX_BYTES_OF_A_UNIT = 3;

/**
 * The first limit that a JSON text exceeds; undefined for none. The text is not parsed, and the search stops there: its cost is bounded by the
 * limits.
 */
export function limitBeyond(json: string, limits: PayloadLimits): keyof PayloadLimits | undefined {
  const { length } = json;
  const { maxBytes } = limits;
  if (length * MAX_BYTES_OF_A_UNIT > maxBytes && Buffer.byteLength(json) > maxBytes) return 'maxBytes';
  return mayBeDeep(json, limits) || mayHaveMany(json, limits) ? search(json, limits) : undefined;
}

/** By the number of opening brackets, those within strings included: most texts have few. */
function mayBeDeep(json: string, { maxDepth }: PayloadLimits): boolean {
  const objects = countOf('{', json, maxDepth);
  return objects > maxDepth || objects + countOf('[', json, maxDepth) > maxDepth;
}

/** By the number of colons and commas. A member has at least two characters, so most texts are too short for many. */
function mayHaveMany(json: string, { maxProperties, maxItems }: PayloadLimits): boolean {
  const most = json.length / 2;
  return (
    (most > maxProperties && countOf(':', json, maxProperties) > maxProperties) ||
    (most > maxItems && countOf(',', json, maxItems) + countOf('[', json, maxItems) > maxItems)
  );
}

/** How often a character is in a text; it stops counting beyond `most`. */
function countOf(mark: string, text: string, most: number): number {
  let count = 0;
  for (let at = text.indexOf(mark); at !== -1 && count <= most; at = text.indexOf(mark, at + 1)) count += 1;
  return count;
}

function search(json: string, { maxDepth, maxProperties, maxItems }: PayloadLimits): keyof PayloadLimits | undefined {
  const walk = new JsonWalk(json);
  let properties = 0;
  let items = 0;
  while (walk.next()) {
    if (walk.open > maxDepth) return 'maxDepth';
    if (walk.kind === 'name' && (properties += 1) > maxProperties) return 'maxProperties';
    if (walk.isItem && (items += 1) > maxItems) return 'maxItems';
  }
  return undefined;
}
