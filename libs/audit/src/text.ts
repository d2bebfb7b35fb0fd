const NUMBER = new Intl.NumberFormat('en');

/** What a terminal would obey: control characters, line ends, and marks that change the direction of text. */
const CONTROLS = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** `1,204` */
export function number(value: number): string {
  return NUMBER.format(value);
}

/**
 * Text of an event, to be shown on a terminal: on one line, and with nothing in it that the terminal would obey.
 *
 * @param longest characters, beyond which it is cut
 */
export function safe(text: string, longest = 300): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.replace(CONTROLS, (character) =>
    character === '\n' ? ' ' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Lines of a list, indented by two. */
export function listed(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
