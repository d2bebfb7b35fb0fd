const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 };

/** @typedef {keyof typeof CODES} Style */

/**
 * Whether colours belong on this stream: on a terminal, unless NO_COLOR; FORCE_COLOR asks for them anywhere.
 * @param {{ isTTY?: boolean }} stream
 * @param {Record<string, string | undefined>} [env]
 * @returns {boolean}
 */
export function wantsColour(stream, env = process.env) {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true;
}

/**
 * A function that colours text for this stream, or returns it as it is where colours do not belong.
 * @param {{ isTTY?: boolean }} stream
 * @returns {(style: Style, text: string) => string}
 */
export function paintFor(stream) {
  if (!wantsColour(stream)) return (_style, text) => text;
  return (style, text) => `\u001b[${CODES[style]}m${text}\u001b[0m`;
}
