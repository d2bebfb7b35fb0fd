const NUMBER = new Intl.NumberFormat('en');

/** `1,204` */
export function number(value: number): string {
  return NUMBER.format(value);
}

/** What a terminal would obey: control characters, line ends, marks that change the direction of text, halves of surrogate pairs. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Surrogate}]/gu;

function escaped(text: string): string {
  return text.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Text of several lines, each with nothing in it that a terminal would obey. */
export function safeLines(text: string): string {
  return text.split('\n').map(escaped).join('\n');
}

/**
 * Text of an event, to be shown on a terminal: on one line, and with nothing in it that the terminal would obey.
 *
 * @param longest characters, beyond which it is cut
 */
export function safe(text: string, longest = 300): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return escaped(cut.replaceAll('\n', ' '));
}

/** Lines of a list, indented by two: groups and streams have names that others gave them. */
export function listed(lines: readonly string[]): string {
  return lines.map((line) => `  ${escaped(line)}`).join('\n');
}
