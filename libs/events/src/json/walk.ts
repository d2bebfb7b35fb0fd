/** A longer path is cut, in characters: names and depth have no bound. */
const MAX_PATH_LENGTH = 1000;

/** Code of `"`. */
export const QUOTE = 34;

type TokenKind = 'name' | 'string' | 'number' | 'other';

interface Level {
  isArray: boolean;
  /** The names of an object so far, if names are looked at. */
  names: Set<string> | undefined;
  /** Where the walk is: a property's name as it is written, or an index. */
  at: string | number;
}

/** Goes through the tokens of a JSON text without parsing it. A text that is no JSON gives tokens, too. */
export class JsonWalk {
  kind: TokenKind = 'other';
  token = '';
  /** Whether the object had this name before, if names are looked at. */
  isRepeated = false;
  /** Whether an item of an array begins with this token. */
  isItem = false;
  private at = 0;
  private expectsName = false;
  private readonly levels: Level[] = [];

  /** @param looksAtNames whether to set `isRepeated` */
  constructor(
    private readonly json: string,
    private readonly looksAtNames = false,
  ) {}

  /** How many objects and arrays are around this token. */
  get depth(): number {
    return this.token === '{' || this.token === '[' ? this.levels.length - 1 : this.levels.length;
  }

  /** How many objects and arrays are open after this token. */
  get open(): number {
    return this.levels.length;
  }

  /** The path of this token's value, or name. */
  get path(): string {
    let path = '';
    for (const { isArray, at } of this.levels) {
      path += `${path === '' ? '' : '.'}${isArray ? String(at) : nameOf(String(at))}`;
      if (path.length > MAX_PATH_LENGTH) return `${path.slice(0, MAX_PATH_LENGTH)}…`;
    }
    return path;
  }

  /** Goes to the next token. @returns false at the end */
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

/** The index after a string's closing quote; the length of the text if it has none. @param start of the opening quote */
export function endOfString(json: string, start: number): number {
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

/** Whether the character there is one from 0 to 9. */
export function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}
