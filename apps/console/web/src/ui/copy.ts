/**
 * Puts a text into the clipboard. On plain http, but for localhost, browsers have no `navigator.clipboard`: then by the command
 * of before, which copies what is selected.
 *
 * @param near inside of an open window, where there is one: what is outside cannot be selected
 * @returns whether it was done
 */
export async function copyText(text: string, near: Element): Promise<boolean> {
  try {
    // Not there, whatever the types say, where the page was not loaded safely.
    await (navigator.clipboard as Clipboard | undefined)?.writeText(text);
    if ((navigator.clipboard as Clipboard | undefined) !== undefined) return true;
  } catch {
    // Not allowed; the command may be.
  }
  return copySelected(text, near);
}

function copySelected(text: string, near: Element): boolean {
  const focused = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.className = 'visually-hidden';
  near.append(field);
  field.select();
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way there is without a secure context
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}
