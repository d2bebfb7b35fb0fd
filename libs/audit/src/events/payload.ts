import { isObject, type Data } from './shape.js';

/** The limits of a payload, by the library's README. */
const MAX_BYTES = 2 ** 20;
const MAX_LEVELS = 100;
const MAX_PROPERTIES = 10_000;
const MAX_ITEMS = 10_000;

/** Names of properties that would change an object's prototype: no payload may have them. */
const DANGEROUS = new Set(['__proto__', 'prototype', 'constructor']);
/** Matches every text that may contain one of these names. A name can be escaped. */
const MAY_BE_DANGEROUS = /proto|constructor|\\u/;

/** Matches every text that may contain a too large number: 16 digits in a row, or an exponent of three digits. */
const MAY_HAVE_LARGE = /\d{16}|\d[eE]\+?\d{3}/;
/** The tokens of a text that JSON.parse accepts: strings, numbers, words and punctuation. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[a-z]+|[{}[\]:,]/g;

/** The payload of an event, or why it is not valid. */
export function readPayload(json: string): { data: Data } | { why: string } {
  const bytes = Buffer.byteLength(json);
  if (bytes > MAX_BYTES) return { why: `Expected data of at most ${String(MAX_BYTES)} bytes, got ${String(bytes)}` };
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch {
    return { why: 'Expected data to be JSON' };
  }
  if (!isObject(data)) return { why: 'Expected data to be a JSON object' };
  // A value and a level take at least two characters each, so most payloads are too short to exceed a limit.
  const why = mayBeOutOfBounds(json) || MAY_HAVE_LARGE.test(json) ? whyOutOfBounds(json) : undefined;
  if (why !== undefined) return { why };
  const dangerous = MAY_BE_DANGEROUS.test(json) ? dangerousIn(data) : undefined;
  return dangerous === undefined ? { data } : { why: `Expected data without a property called ${dangerous}` };
}

function mayBeOutOfBounds(json: string): boolean {
  if (json.length > 2 * Math.min(MAX_PROPERTIES, MAX_ITEMS)) return true;
  let opened = 0;
  for (let at = json.search(/[{[]/); at < json.length && opened <= MAX_LEVELS; at += 1) {
    const mark = json.charCodeAt(at);
    if (mark === BRACE || mark === BRACKET) opened += 1;
  }
  return opened > MAX_LEVELS;
}

const BRACE = 123;
const BRACKET = 91;

/** Checks the text, because in the parsed value repeated properties are lost and numbers are rounded. */
function whyOutOfBounds(json: string): string | undefined {
  const open: string[] = [];
  let before = '';
  let properties = 0;
  let items = 0;
  for (const [token] of json.matchAll(TOKENS)) {
    const isFirst = before === '[' && token !== ']';
    if (isFirst || (before === ',' && open.at(-1) === '[')) items += 1;
    if (token === ':') properties += 1;
    if (token === '}' || token === ']') open.pop();
    if (token === '{' || token === '[') open.push(token);
    before = token;
    if (open.length > MAX_LEVELS) return `Expected data of at most ${String(MAX_LEVELS)} levels`;
    if (properties > MAX_PROPERTIES) return `Expected data of at most ${String(MAX_PROPERTIES)} properties`;
    if (items > MAX_ITEMS) return `Expected data of at most ${String(MAX_ITEMS)} items`;
    const number = /^[-\d]/.test(token) ? Number(token) : 0;
    if (!Number.isFinite(number)) return 'Expected numbers of data that a double holds: it would be Infinity';
    if (Math.abs(number) > Number.MAX_SAFE_INTEGER && /\d{16}/.test(token)) {
      return 'Expected integers of data within ±(2^53 - 1): it would be rounded';
    }
  }
  return undefined;
}

function dangerousIn(value: object): string | undefined {
  for (const [name, inner] of Object.entries(value)) {
    if (DANGEROUS.has(name)) return name;
    const found = typeof inner === 'object' && inner !== null ? dangerousIn(inner as object) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
