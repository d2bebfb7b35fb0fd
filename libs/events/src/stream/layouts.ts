/** The names of entries' fields, once for all entries that have the same; see `lua/layouts.lua`. */
export class Layouts {
  private readonly layouts: (readonly string[])[] = [];

  /**
   * Its place, counted from 1 as Lua does.
   *
   * @param names the same array for entries that have the same fields
   */
  placeOf(names: readonly string[]): number {
    const place = this.layouts.indexOf(names);
    return place === -1 ? this.layouts.push(names) : place + 1;
  }

  /** As the script takes them. */
  get values(): (string | number)[] {
    return [this.layouts.length, ...this.layouts.flatMap((names) => [names.length, ...names])];
  }
}
