/**
 * What a terminal or a reader of a log would obey: control characters, line ends, marks that change the direction of text; and
 * halves of surrogate pairs, which no encoding can write.
 */
const CONTROLS = /[\p{Cc}\p{Bidi_Control}\p{Surrogate}\u2028\u2029]/gu;

/** Before each line of a text that is a part of a log entry: no entry begins so. */
const INDENT = '  ';

/** Text from outside on one line, with nothing in it that a terminal would obey. */
export function safe(text: string): string {
  return text.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** As {@link safe}, for text whose lines are lines. */
export function safeLines(text: string): string[] {
  return text.split(/\r?\n/).map((line) => safe(line.replaceAll('\t', '  ')));
}

/** As {@link safeLines}, for a log: each line is indented, so that none looks like another entry. A stack stays readable. */
export function safeBlock(text: string): string {
  return safeLines(text)
    .map((line) => INDENT + line)
    .join('\n');
}

/** The beginning of a text, and how long it is, where it is longer than `most`. */
export function bounded(text: string, most: number): string {
  if (text.length <= most) return text;
  const note = `… (${String(text.length)} characters)`;
  return text.slice(0, most - note.length) + note;
}
