const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 };

/** How a text is marked. */
export type Style = keyof typeof CODES;

/** Marks text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** Leaves text as it is. */
export const PLAIN: Paint = (_style, text) => text;

/** Colours for a stream: on a terminal, unless NO_COLOR is set or the terminal is a dumb one. */
export function paintFor(stream: { isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): Paint {
  if (stream.isTTY !== true || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return PLAIN;
  return (style, text) => (text === '' ? '' : `\u001b[${String(CODES[style])}m${text}\u001b[0m`);
}
