export type Random = ReturnType<typeof createRandom>;

/**
 * A seeded generator of pseudo-random numbers: the same seed and name give the same sequence on every machine. The algorithm is
 * mulberry32 by Tommy Ettinger (public domain), with 32 bits of state.
 * @param seed a whole number
 * @param name generators with the same seed and different names are independent of each other
 */
export function createRandom(seed: number, name: string) {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  for (const character of name) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);

  /** A number in [0, 1). */
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };

  const whole = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));

  return {
    /** A number in [from, to). */
    between: (from: number, to: number) => from + next() * (to - from),
    /** A whole number in [from, to]. */
    whole,
    /** 1 to `max` random bytes. */
    bytes: (max: number) => Buffer.from(Array.from({ length: whole(1, max) }, () => whole(0, 255))),
    /** One of the items. @param items at least one */
    one: <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T,
    /** The items in random order (Fisher–Yates). */
    shuffled<T>(items: readonly T[]): T[] {
      const rest = [...items];
      return items.map(() => rest.splice(Math.floor(next() * rest.length), 1)[0] as T);
    },
  };
}
