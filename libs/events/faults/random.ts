/** Choices that one seed repeats. */
export class Random {
  /** @param state 32 bits */
  constructor(private state: number) {}

  /** From 0 to below 1: mulberry32, by T. Ettinger, in the public domain. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)] as T;
  }

  /** True so often, from 0 to 1. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }
}

/** The choices of one test: by its name, so that they do not depend on which tests run before it. */
export function seeded(name: string): Random {
  const seed = Number(process.env['FAULT_SEED'] ?? 1);
  let hash = 0x811c9dc5 ^ seed; // FNV-1a
  for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return new Random(hash);
}
