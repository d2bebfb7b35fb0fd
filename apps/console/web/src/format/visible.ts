/** A part of a text: as it came, or a character that would act instead of showing, by its name. */
export interface TextPart {
  text: string;
  odd: boolean;
}

/**
 * Characters that a page would obey, hide or show as another: controls (terminal escapes among them), marks that turn the
 * direction of text, invisible ones, and halves of surrogate pairs. Tab and newline are layout, and stay.
 */
const ODD =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;

/** Cuts a text into what is shown as it is and what is shown by its name, so that nothing in it can deceive the eye. */
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

/** The same as one line of plain text, for places that take no markup (titles, labels). */
export function visibleLine(text: string, most = 200): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return visibleParts(cut)
    .map((part) => part.text)
    .join('')
    .replace(/[\t\n]+/g, ' ');
}

function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  // Controls have pictures of their own: ␛ for an escape.
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '␡';
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
