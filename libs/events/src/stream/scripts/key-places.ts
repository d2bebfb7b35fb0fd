/** Keys and arguments of a script, in which items name their keys by place. */
export class KeyPlaces {
  readonly keys: string[] = [];
  private readonly places = new Map<string, number>();

  constructor(...keys: string[]) {
    for (const key of keys) this.placeOf(key);
  }

  /** The key's place, counted from 1 as Lua does. */
  placeOf(key: string): number {
    let place = this.places.get(key);
    if (place === undefined) {
      place = this.keys.push(key);
      this.places.set(key, place);
    }
    return place;
  }
}
