/** @typedef {ReturnType<typeof createRandom>} Random */

/**
 * A seeded source of pseudo-random numbers: one seed and one name give the same sequence on every machine. The generator is
 * mulberry32 by Tommy Ettinger (public domain), whose state of 32 bits is plenty for what is planned with it.
 * @param {number} seed a whole number
 * @param {string} name sources of one seed and different names are independent of each other
 */
export function createRandom(seed, name) {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  for (const character of name) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);

  /** A number in [0, 1). */
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };

  const whole = (/** @type {number} */ from, /** @type {number} */ to) => from + Math.floor(next() * (to - from + 1));

  return {
    /**
     * A number in [from, to).
     * @param {number} from
     * @param {number} to
     */
    between: (from, to) => from + next() * (to - from),
    /**
     * A whole number, both ends included.
     */
    whole,
    /**
     * One to so many random bytes.
     * @param {number} most
     */
    bytes: (most) => Buffer.from(Array.from({ length: whole(1, most) }, () => whole(0, 255))),
    /**
     * @template T
     * @param {readonly T[]} things one or more
     * @returns {T}
     */
    one: (things) => /** @type {T} */ (things[Math.floor(next() * things.length)]),
    /**
     * The same things in another order (Fisher and Yates).
     * @template T
     * @param {readonly T[]} things
     * @returns {T[]}
     */
    shuffled(things) {
      const rest = [...things];
      return things.map(() => /** @type {T} */ (rest.splice(Math.floor(next() * rest.length), 1)[0]));
    },
  };
}
