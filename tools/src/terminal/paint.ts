import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

/** Colours text, or returns it unchanged. */
export type Paint = (style: Style, text: string) => string;

/** Whether a stream gets colours: a terminal does, unless NO_COLOR is set; with FORCE_COLOR, every stream does. */
export function wantsColour(
  stream: { isTTY?: boolean },
  env: Record<string, string | undefined> = process.env,
): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true;
}

/** A function that colours text for this stream, or returns it unchanged if the stream gets no colours. */
export function paintFor(stream: { isTTY?: boolean }): Paint {
  if (!wantsColour(stream)) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}
