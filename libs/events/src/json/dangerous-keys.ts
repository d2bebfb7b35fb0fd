/**
 * Whether a payload must not have a property of this name. Careless copies of it would change their prototype, and class-transformer
 * leaves it out without an error.
 */
export function isDangerousKey(key: string): boolean {
  // Most names have another length.
  if (key.length === 9) return key === '__proto__' || key === 'prototype';
  return key.length === 11 && key === 'constructor';
}

/**
 * Looks for such a property.
 *
 * @param data what `JSON.parse` made of `json`
 * @param json the text of `data`: if it cannot have one, `data` is not searched
 * @returns its path, or undefined when there is none
 */
export function dangerousKey(data: object, json?: string): string | undefined {
  if (json === undefined) return search(data);
  // An escape can hide a name. A regular expression would take half as long again.
  const mayHave = json.includes('proto') || json.includes('onstructor') || json.includes('\\u');
  return mayHave ? search(data) : undefined;
}

/** Where a value is. The path is put together only when one is found. */
interface Place {
  key: string;
  around: Place | undefined;
}

/** Without recursion: the depth of what was read has no bound. */
function search(data: object): string | undefined {
  const open: object[] = [data];
  const places: (Place | undefined)[] = [undefined];
  for (let value = open.pop(); value; value = open.pop()) {
    const around = places.pop();
    const add = (key: string, child: unknown): void => {
      if (typeof child !== 'object' || child === null) return;
      open.push(child);
      places.push({ key, around });
    };
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index += 1) add(String(index), value[index]);
      continue;
    }
    for (const key of Object.keys(value)) {
      if (isDangerousKey(key)) return pathOf({ key, around });
      add(key, (value as Record<string, unknown>)[key]);
    }
  }
  return undefined;
}

function pathOf(place: Place): string {
  const keys: string[] = [];
  for (let at: Place | undefined = place; at; at = at.around) keys.push(at.key);
  return keys.reverse().join('.');
}
