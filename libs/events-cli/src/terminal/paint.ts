import { styleText } from 'node:util';

/** How a text is marked. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Marks text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** Leaves text as it is. */
export const PLAIN: Paint = (_style, text) => text;

/** Colours for a stream: on a terminal, unless NO_COLOR is set or the terminal is a dumb one. */
export function paintFor(stream: { isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): Paint {
  if (stream.isTTY !== true || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return PLAIN;
  return (style, text) => (text === '' ? '' : styleText(style, text, { validateStream: false }));
}
