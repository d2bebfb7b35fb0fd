import { endOfString, QUOTE } from './walk.js';

const COMMA = 44;
const COLON = 58;
const BRACKET = 91;
const END_BRACKET = 93;
const BRACE = 123;
const END_BRACE = 125;

/** The size of what a JSON text describes, found without parsing it. */
export interface JsonShape {
  /** Objects and arrays within each other. */
  depth: number;
  /** About how many names and values it has, objects and arrays included. */
  parts: number;
}

/** Looks at each character once. Of a text that is no JSON the numbers may be wrong. */
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
