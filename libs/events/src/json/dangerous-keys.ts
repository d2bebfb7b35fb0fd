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
 * @param json spares the search where it cannot have one. Default: it is searched
 * @returns its path, or undefined when there is none
 */
export function dangerousKey(data: object, json?: string): string | undefined {
  if (json === undefined) return search(data);
  // An escape can hide a name. Only then the whole must be looked at; and a regular expression would take half as long again.
  const mayHave = json.includes('proto') || json.includes('onstructor') || json.includes('\\u');
  return mayHave ? search(data) : undefined;
}

/** Where a value stands: the path is put together only for one that is found. */
interface Place {
  key: string;
  around: Place | undefined;
}

/** Without recursion: what Redis holds may be nested as deep as it likes. */
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
