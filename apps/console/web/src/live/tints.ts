/** The number of colours in the palette. */
const TINTS = 8;

/** Gives each name a colour of the palette (1 to 8): the same wherever the same names are together. */
export function tintsOf(names: Iterable<string>): (name: string) => number {
  const sorted = [...new Set(names)].sort();
  const tints = new Map(sorted.map((name, index) => [name, (index % TINTS) + 1]));
  return (name) => tints.get(name) ?? TINTS - 1;
}
