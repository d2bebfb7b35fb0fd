import { isDigit, JsonWalk } from './walk.js';

/** Something of a JSON text that does not survive parsing. */
export interface JsonLoss {
  /** Such as `items.0.id`. */
  path: string;
  /** What the text has there, and what is read. */
  why: string;
}

const SAFE = Number.MAX_SAFE_INTEGER;
/** Integers of fewer digits are safe. */
const FEWEST_UNSAFE_DIGITS = 16;
const MANY_DIGITS = /\d{16}/;
/** A text with a number beyond 1.8e308 matches this: by that many digits, or by such an exponent. */
const LARGE = /\d{16}|\d[eE]\+?\d{3}/;

/** The first integer beyond ±(2^53 - 1), which JavaScript rounds; undefined if the text has none. Strings are not searched. */
export function unsafeInteger(json: string): { path: string; digits: string } | undefined {
  return hasManyDigits(json) ? searchUnsafeInteger(json) : undefined;
}

/** Whether the text has enough digits in a row for an unsafe integer. It looks at every 16th character only. */
function hasManyDigits(json: string): boolean {
  const { length } = json;
  for (let at = FEWEST_UNSAFE_DIGITS - 1; at < length; at += FEWEST_UNSAFE_DIGITS) {
    if (!isDigit(json, at)) continue;
    let from = at;
    while (isDigit(json, from - 1)) from -= 1;
    let to = at + 1;
    while (isDigit(json, to)) to += 1;
    if (to - from >= FEWEST_UNSAFE_DIGITS) return true;
  }
  return false;
}

function searchUnsafeInteger(json: string): { path: string; digits: string } | undefined {
  return searchNumber(json, (digits) => Math.abs(Number(digits)) > SAFE && MANY_DIGITS.test(digits));
}

/** The first number that JavaScript reads as Infinity, such as `1e400`; undefined if the text has none. */
export function infiniteNumber(json: string): { path: string; digits: string } | undefined {
  return LARGE.test(json) ? searchNumber(json, (digits) => !Number.isFinite(Number(digits))) : undefined;
}

function searchNumber(json: string, isIt: (digits: string) => boolean): { path: string; digits: string } | undefined {
  const walk = new JsonWalk(json);
  while (walk.next()) {
    if (walk.kind === 'number' && isIt(walk.token)) return { path: walk.path, digits: walk.token };
  }
  return undefined;
}

/**
 * What JavaScript would read otherwise: numbers that are too large or have too many digits, and properties that are there twice.
 *
 * @param json that `JSON.parse` takes
 * @param most how many at most
 */
export function lossesOf(json: string, most = 20): JsonLoss[] {
  const losses: JsonLoss[] = [];
  const walk = new JsonWalk(json, true);
  while (losses.length < most && walk.next()) {
    const { kind, token } = walk;
    if (kind === 'number') {
      const read = String(Number(token));
      if (decimalOf(token) !== decimalOf(read))
        losses.push({ path: walk.path, why: `${shortened(token)} is read as ${read}` });
    } else if (kind === 'name' && walk.isRepeated) {
      losses.push({ path: walk.path, why: 'it stands there twice, and the last one is read' });
    }
  }
  return losses;
}

/** A number's digits and exponent: the same for each way of writing the number. */
function decimalOf(text: string): string {
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  let end = digits.length;
  while (digits.charAt(end - 1) === '0') end -= 1;
  if (end === 0) return text.includes('Infinity') ? text : '0';
  return `${digits.slice(0, end)}e${String(Number(exponent) - fraction.length + digits.length - end)}`;
}

function shortened(token: string): string {
  return token.length <= 60 ? token : `${token.slice(0, 59)}…`;
}
