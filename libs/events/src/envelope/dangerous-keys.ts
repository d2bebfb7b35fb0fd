/**
 * Whether a payload must not have a property of this name: it changes the prototype of whoever copies it carelessly, and
 * class-transformer leaves it out without a word.
 */
export function isDangerousKey(key: string): boolean {
  // By their lengths most names are none of them.
  if (key.length === 9) return key === '__proto__' || key === 'prototype';
  return key.length === 11 && key === 'constructor';
}

/**
 * Looks for such a property.
 *
 * @param data what `JSON.parse` made of `json`
 * @returns its path, or undefined when there is none
 */
export function dangerousKey(data: object, json: string): string | undefined {
  // An escape can hide a name. Only then the whole must be looked at; and a regular expression would take half as long again.
  const mayHave = json.includes('proto') || json.includes('onstructor') || json.includes('\\u');
  return mayHave ? search(data) : undefined;
}

/** Without recursion: what Redis holds may be nested as deep as it likes. */
function search(data: object): string | undefined {
  const open: [value: object, path: string][] = [[data, '']];
  for (let next = open.pop(); next; next = open.pop()) {
    const [value, path] = next;
    for (const [key, child] of Object.entries(value) as [string, unknown][]) {
      const at = path === '' ? key : `${path}.${key}`;
      if (isDangerousKey(key)) return at;
      if (typeof child === 'object' && child !== null) open.push([child, at]);
    }
  }
  return undefined;
}
