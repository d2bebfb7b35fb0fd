export type Random = ReturnType<typeof createRandom>;

/**
 * A seeded source of pseudo-random numbers: one seed and one name give the same sequence on every machine. The generator is
 * mulberry32 by Tommy Ettinger (public domain), whose state of 32 bits is plenty for what is planned with it.
 * @param seed a whole number
 * @param name sources of one seed and different names are independent of each other
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
    /**
     * A whole number, both ends included.
     */
    whole,
    /** One to so many random bytes. */
    bytes: (most: number) => Buffer.from(Array.from({ length: whole(1, most) }, () => whole(0, 255))),
    /** @param things one or more */
    one: <T>(things: readonly T[]): T => things[Math.floor(next() * things.length)] as T,
    /** The same things in another order (Fisher and Yates). */
    shuffled<T>(things: readonly T[]): T[] {
      const rest = [...things];
      return things.map(() => rest.splice(Math.floor(next() * rest.length), 1)[0] as T);
    },
  };
}
