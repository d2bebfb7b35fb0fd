import { endOfString, QUOTE, JsonWalk } from './walk.js';

/** Deeper levels are not indented further: the text of deep nesting would become many times as long. */
const DEEPEST_INDENT = 20;

const SPACE = 32;
const BLANKS = ' \t\n\r';

/** The same JSON with one value on each line. Strings and numbers stay as they are written. */
export function indentedJson(json: string): string {
  const parts: string[] = [];
  const line = (depth: number): string => `\n${'  '.repeat(Math.min(depth, DEEPEST_INDENT))}`;
  const walk = new JsonWalk(json);
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

/** The same JSON without blanks between its values. Strings and numbers stay as they are written. */
export function compactJson(json: string): string {
  // In as long pieces as possible: small values would make very many of them.
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
