/** A part of a text: plain text, or the name of a character that would not be visible. */
export interface TextPart {
  text: string;
  odd: boolean;
}

/**
 * Characters that are not shown as themselves: control characters (also terminal escapes), marks that change the direction of text,
 * invisible characters, and lone surrogates. Tab and newline are allowed.
 */
const ODD =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;

/** Splits a text into plain parts and characters that are shown by name, so that no part of it can be hidden or look like another text. */
export function visibleParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(ODD)) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index), odd: false });
    parts.push({ text: nameOf(match[0]), odd: true });
    from = match.index + match[0].length;
  }
  if (from < text.length || parts.length === 0) parts.push({ text: text.slice(from), odd: false });
  return parts;
}

/** The same as one line of plain text, for places without markup (titles, labels). */
export function visibleLine(text: string, most = 200): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return visibleParts(cut)
    .map((part) => part.text)
    .join('')
    .replace(/[\t\n]+/g, ' ');
}

function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  // Unicode has a symbol for each control character: ␛ for an escape.
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '␡';
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
