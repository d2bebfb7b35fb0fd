import { safe } from 'nestjs-event-streams/text';

/** A value as one line of JSON that is the same to a program, and harmless to a terminal. */
export function safeJson(value: unknown): string {
  return safe(JSON.stringify(value));
}

const WIDE =
  /^(\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}])/u;
const graphemes = new Intl.Segmenter();

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** The text if it fits, else its beginning and `…`. */
export function cut(text: string, width: number): string {
  // Of what is very long nobody counts the rest.
  const head = text.slice(0, 4 * Math.max(1, width));
  if (head.length === text.length && widthOf(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const { segment } of graphemes.segment(head)) {
    used += widthOf(segment);
    if (used > width) break;
    kept += segment;
  }
  return `${kept}…`;
}

const NUMBER = new Intl.NumberFormat('en');

/** `1,204` */
export function number(value: number): string {
  return NUMBER.format(value);
}

/** `1 entry`, `1,204 entries` */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** The time of day of this machine, to the millisecond: `12:04:07.123`; dashes for what is beyond every calendar. */
export function timeOfDay(ms: number): string {
  const time = new Date(ms);
  // An entry id's first part can be any number of 64 bits.
  if (Number.isNaN(time.getTime())) return '--:--:--.---';
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  return `${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
