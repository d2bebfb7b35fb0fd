import { safe as escaped } from 'nestjs-event-streams/text';

const NUMBER = new Intl.NumberFormat('en');

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
  return escaped(cut.replaceAll('\n', ' '));
}

/** Lines of a list, indented by two: groups and streams have names that others gave them. */
export function listed(lines: readonly string[]): string {
  return lines.map((line) => `  ${escaped(line)}`).join('\n');
}
