import { PackedValues, type PackedValue } from '../../connection/packed-values.js';

/** What many entries have in common: the names of their fields, and the values that are the same in all of them. */
export interface Layout<V extends string | Buffer = string> {
  names: readonly V[];
  /** For each name the value that all such entries have, '' where theirs differ. */
  fixed: readonly string[];
}

/** A layout of entries that have nothing but their fields' names in common. */
export function layoutOf<V extends string | Buffer>(names: readonly V[]): Layout<V> {
  return { names, fixed: names.map(() => '') };
}

/** The fields of an entry. @typeParam V what names and values are: bytes where they may be no UTF-8 */
export interface LaidOut<V extends string | Buffer = string> {
  /** The same object for entries that have it in common. */
  layout: Layout<V>;
  /** The values that the layout does not fix. */
  values: readonly V[];
}

/** The entry as Redis has it: field, value, field, value, … */
export function fieldsOf({ layout: { names, fixed }, values }: LaidOut): string[] {
  let place = 0;
  return names.flatMap((name, index) => {
    const same = fixed[index] ?? '';
    return [name, same === '' ? (values[place++] ?? '') : same];
  });
}

/** The layouts of the entries that a script appends, each once; see `lua/layouts.lua`. */
export class Layouts {
  private readonly layouts: Layout<string | Buffer>[] = [];

  /** Its place, counted from 1 as Lua does. */
  placeOf(layout: Layout<string | Buffer>): number {
    const place = this.layouts.indexOf(layout);
    return place === -1 ? this.layouts.push(layout) : place + 1;
  }

  /** As the script takes them. */
  get values(): PackedValue[] {
    const values: PackedValue[] = [this.layouts.length];
    for (const layout of this.layouts) for (const value of valuesOf(layout)) values.push(value);
    return values;
  }

  /** The same, packed. */
  get packed(): PackedValues {
    const [only] = this.layouts;
    if (!only || this.layouts.length > 1) return new PackedValues(this.values);
    let known = packed.get(only);
    if (!known) packed.set(only, (known = new PackedValues(this.values)));
    return known;
  }
}

/** What stands for a layout, and what for a list of it alone: both are asked for with each call. */
const values = new WeakMap<Layout<string | Buffer>, readonly PackedValue[]>();
const packed = new WeakMap<Layout<string | Buffer>, PackedValues>();

function valuesOf(layout: Layout<string | Buffer>): readonly PackedValue[] {
  let known = values.get(layout);
  if (!known) {
    const { names, fixed } = layout;
    known = [names.length, ...names.flatMap((name, index) => [name, fixed[index] ?? ''])];
    values.set(layout, known);
  }
  return known;
}
