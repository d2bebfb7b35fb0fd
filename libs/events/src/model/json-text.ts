/** Something of a JSON text that does not survive parsing. */
export interface JsonLoss {
  /** Such as `items.0.id`. */
  path: string;
  /** What stands there, and what is read. */
  why: string;
}

const SAFE = Number.MAX_SAFE_INTEGER;
/** Integers of fewer digits are safe. */
const FEWEST_UNSAFE_DIGITS = 16;
const MANY_DIGITS = /\d{16}/;
/** What a text has somewhere with a number beyond 1.8e308: that many digits, or such an exponent. */
const LARGE = /\d{16}|\d[eE]\+?\d{3}/;
/** A path that is longer tells nobody anything: names can be as long as they like, and levels as many. */
const MAX_PATH_LENGTH = 1000;
/** Levels beyond this are not indented further: the text of deep nesting would be many times as long. */
const DEEPEST_INDENT = 20;

/**
 * An integer beyond ±(2^53 - 1), which JavaScript rounds, as far as the text has one; only its digits count, and not what
 * stands in strings.
 */
export function unsafeInteger(json: string): { path: string; digits: string } | undefined {
  return hasManyDigits(json) ? searchUnsafeInteger(json) : undefined;
}

/** Whether so many digits stand in a row that they may be an unsafe integer: looks at every 16th character only. */
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

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

function searchUnsafeInteger(json: string): { path: string; digits: string } | undefined {
  return searchNumber(json, (digits) => Math.abs(Number(digits)) > SAFE && MANY_DIGITS.test(digits));
}

/** A number of which JavaScript makes Infinity, such as `1e400`, as far as the text has one. */
export function infiniteNumber(json: string): { path: string; digits: string } | undefined {
  return LARGE.test(json) ? searchNumber(json, (digits) => !Number.isFinite(Number(digits))) : undefined;
}

function searchNumber(json: string, isIt: (digits: string) => boolean): { path: string; digits: string } | undefined {
  const walk = new Walk(json);
  while (walk.next()) {
    if (walk.kind === 'number' && isIt(walk.token)) return { path: walk.path, digits: walk.token };
  }
  return undefined;
}

/**
 * What readers in JavaScript would make something else of: numbers with more digits than theirs keep, or too large, and
 * properties that stand there twice.
 *
 * @param json that `JSON.parse` takes
 * @param most how many at most
 */
export function lossesOf(json: string, most = 20): JsonLoss[] {
  const losses: JsonLoss[] = [];
  const walk = new Walk(json, true);
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

/** The same JSON, a value on each line; strings and numbers stay as they are written. */
export function indentedJson(json: string): string {
  const parts: string[] = [];
  const line = (depth: number): string => `\n${'  '.repeat(Math.min(depth, DEEPEST_INDENT))}`;
  const walk = new Walk(json);
  let before = '';
  while (walk.next()) {
    const { token, depth } = walk;
    const isEnd = token === '}' || token === ']';
    const isEmpty = isEnd && (before === '{' || before === '[');
    if (!isEmpty && (isEnd || before === '{' || before === '[' || before === ',')) parts.push(line(depth));
    parts.push(token === ':' ? ': ' : token);
    before = token;
  }
  return parts.join('');
}

/** The same JSON without blanks between its values; strings and numbers stay as they are written. */
export function compactJson(json: string): string {
  // Whole stretches are taken over: a text of many small values would come to as many pieces.
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at) - 1;
    else if (code <= SPACE && BLANKS.includes(json.charAt(at))) {
      if (at > from) parts.push(json.slice(from, at));
      from = at + 1;
    }
  }
  return from === 0 ? json : parts.join('') + json.slice(from);
}

const SPACE = 32;
const BLANKS = ' \t\n\r';

/** How large what a JSON text describes is, whatever its length: to know before it is parsed, copied or written anew. */
export interface JsonShape {
  /** Objects and arrays within each other. */
  depth: number;
  /** Names and values, those of objects and arrays included, about. */
  parts: number;
}

/** Looks at every character once; of a text that is no JSON it tells what it can. */
export function shapeOf(json: string): JsonShape {
  let open = 0;
  let depth = 0;
  let parts = 1;
  for (let at = 0; at < json.length; at += 1) {
    switch (json.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(json, at) - 1;
        break;
      case BRACE:
      case BRACKET:
        open += 1;
        parts += 1;
        if (open > depth) depth = open;
        break;
      case END_BRACE:
      case END_BRACKET:
        open -= 1;
        break;
      case COLON:
      case COMMA:
        parts += 1;
    }
  }
  return { depth, parts };
}

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BRACKET = 91;
const END_BRACKET = 93;
const BRACE = 123;
const END_BRACE = 125;

/** Digits and exponent, the same for all ways to write a number. */
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

type TokenKind = 'name' | 'string' | 'number' | 'other';

interface Level {
  isArray: boolean;
  /** Of an object whose names are looked at; else undefined. */
  names: Set<string> | undefined;
  /** Where it stands: a property's name as it is written, or a place. */
  at: string | number;
}

/** Goes through the tokens of a JSON text without parsing it; of a text that is none it makes what it can. */
export class Walk {
  kind: TokenKind = 'other';
  token = '';
  /** Of a name: whether the object has it already, if names are looked at. */
  isRepeated = false;
  /** Whether an item of an array begins with this token. */
  isItem = false;
  private at = 0;
  private expectsName = false;
  private readonly levels: Level[] = [];

  /** @param looksAtNames whether to tell which names an object has twice */
  constructor(
    private readonly json: string,
    private readonly looksAtNames = false,
  ) {}

  /** How many objects and arrays are open; of one that begins or ends, those around it. */
  get depth(): number {
    return this.token === '{' || this.token === '[' ? this.levels.length - 1 : this.levels.length;
  }

  /** How many objects and arrays are open after this token. */
  get open(): number {
    return this.levels.length;
  }

  /** Of the value, or name, of this token. */
  get path(): string {
    let path = '';
    for (const { isArray, at } of this.levels) {
      path += `${path === '' ? '' : '.'}${isArray ? String(at) : nameOf(String(at))}`;
      if (path.length > MAX_PATH_LENGTH) return `${path.slice(0, MAX_PATH_LENGTH)}…`;
    }
    return path;
  }

  next(): boolean {
    const { json } = this;
    while (this.at < json.length && ' \t\n\r'.includes(json.charAt(this.at))) this.at += 1;
    if (this.at >= json.length) return false;
    const first = json.charAt(this.at);
    const start = this.at;
    this.isItem = this.levels.at(-1)?.isArray === true && !'],:}'.includes(first);
    if (first === '"') {
      this.at = endOfString(json, start);
      this.token = json.slice(start, this.at);
      this.kind = this.expectsName ? 'name' : 'string';
      if (this.expectsName) this.enterName();
      return true;
    }
    if ('{}[],:'.includes(first)) {
      this.at += 1;
      this.token = first;
      this.kind = 'other';
      this.punctuate(first);
      return true;
    }
    do this.at += 1;
    while (this.at < json.length && !' \t\n\r{}[],:"'.includes(json.charAt(this.at)));
    this.token = json.slice(start, this.at);
    this.kind = first === '-' || isDigit(first, 0) ? 'number' : 'other';
    return true;
  }

  private enterName(): void {
    this.expectsName = false;
    const level = this.levels.at(-1);
    if (!level || level.isArray) return;
    level.at = this.token;
    if (!level.names) return;
    const name = nameOf(this.token);
    this.isRepeated = level.names.has(name);
    level.names.add(name);
  }

  private punctuate(mark: string): void {
    const { levels } = this;
    if (mark === '{') levels.push({ isArray: false, names: this.looksAtNames ? new Set() : undefined, at: '' });
    else if (mark === '[') levels.push({ isArray: true, names: undefined, at: 0 });
    else if (mark === '}' || mark === ']') levels.pop();
    const level = levels.at(-1);
    if (mark === ',' && level?.isArray) level.at = Number(level.at) + 1;
    this.expectsName = mark === '{' || (mark === ',' && level?.isArray === false);
  }
}

/** After the closing quote; the text's end where there is none. */
function endOfString(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at !== -1; at = json.indexOf('"', at + 1)) {
    let escapes = at;
    while (json.charAt(escapes - 1) === '\\') escapes -= 1;
    if ((at - escapes) % 2 === 0) return at + 1;
  }
  return json.length;
}

function nameOf(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    return token;
  }
}
