import { JsonWalk } from '../json/walk.js';

/** What a payload may be at most, as a whole: publishers and readers measure its JSON by the same rule. */
export interface PayloadLimits {
  /** Bytes of its JSON, in UTF-8. */
  maxBytes: number;
  /** Objects and arrays within each other. */
  maxDepth: number;
  /** Properties of all its objects together. */
  maxProperties: number;
  /** Items of all its arrays together. */
  maxItems: number;
}

/** Far beyond what an event is for, and what a worker of little memory still takes. The same for publishers and readers. */
export const DEFAULT_PAYLOAD_LIMITS: PayloadLimits = {
  maxBytes: 2 ** 20,
  maxDepth: 100,
  maxProperties: 10_000,
  maxItems: 10_000,
};

/** A UTF-16 unit is at most so many bytes of UTF-8. */
export const MAX_BYTES_OF_A_UNIT = 3;

/**
 * The limit that a JSON text is beyond, without parsing it; undefined for none. It stops at the first one, so that the text costs
 * what the limits allow, whatever it holds.
 */
export function limitBeyond(json: string, limits: PayloadLimits): keyof PayloadLimits | undefined {
  const { length } = json;
  const { maxBytes } = limits;
  if (length * MAX_BYTES_OF_A_UNIT > maxBytes && Buffer.byteLength(json) > maxBytes) return 'maxBytes';
  return mayBeDeep(json, limits) || mayHaveMany(json, limits) ? search(json, limits) : undefined;
}

/** By the opening brackets, of which most texts have few. Those within strings count, too. */
function mayBeDeep(json: string, { maxDepth }: PayloadLimits): boolean {
  const objects = countOf('{', json, maxDepth);
  return objects > maxDepth || objects + countOf('[', json, maxDepth) > maxDepth;
}

/** By what stands between members. A member is at least two characters, so that most texts are too short for many. */
function mayHaveMany(json: string, { maxProperties, maxItems }: PayloadLimits): boolean {
  const most = json.length / 2;
  return (
    (most > maxProperties && countOf(':', json, maxProperties) > maxProperties) ||
    (most > maxItems && countOf(',', json, maxItems) + countOf('[', json, maxItems) > maxItems)
  );
}

/** How often a character is there; of more than `most` only that there are more. */
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
