const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 };

export type Style = keyof typeof CODES;

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
export function paintFor(stream: { isTTY?: boolean }): (style: Style, text: string) => string {
  if (!wantsColour(stream)) return (_style, text) => text;
  return (style, text) => `\u001b[${String(CODES[style])}m${text}\u001b[0m`;
}
