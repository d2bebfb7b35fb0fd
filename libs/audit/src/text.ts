const NUMBER = new Intl.NumberFormat('en');

/** `1,204` */
export function number(value: number): string {
  return NUMBER.format(value);
}

/** Characters that can change a terminal's output: control characters, line ends, direction marks, unpaired surrogates. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Surrogate}]/gu;

function escaped(text: string): string {
  return text.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Escapes the control characters of a text, except its line ends. */
export function safeLines(text: string): string {
  return text.split('\n').map(escaped).join('\n');
}

/**
 * Makes a text of an event safe to show on a terminal: one line, with control characters escaped.
 *
 * @param maxLength a longer text is cut, in characters
 */
export function safe(text: string, maxLength = 300): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return escaped(cut.replaceAll('\n', ' '));
}

/** The lines of a list, indented by two, with control characters escaped. */
export function listed(lines: readonly string[]): string {
  return lines.map((line) => `  ${escaped(line)}`).join('\n');
}
