/**
 * Copies a text to the clipboard. On plain HTTP (except localhost), browsers have no `navigator.clipboard`: then the old copy command is
 * used, which copies the selection.
 *
 * @param near an element inside the open dialog, if there is one: text outside it cannot be selected
 * @returns whether it worked
 */
export async function copyText(text: string, near: Element): Promise<boolean> {
  try {
    // Missing without a secure context, although the types say otherwise.
    await (navigator.clipboard as Clipboard | undefined)?.writeText(text);
    if ((navigator.clipboard as Clipboard | undefined) !== undefined) return true;
  } catch {
    // Not allowed; the old command may be.
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
