import { inspect } from 'node:util';

/** How long a condition may take before its test fails, in milliseconds. */
const DEADLINE_MS = 20_000;
const LOOK_EVERY_MS = 20;

/**
 * Waits until `look` gives something truthy, and gives that.
 *
 * @param what the condition in words, for the failure's message
 * @throws Error when the deadline passes; it shows what was seen last
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  deadlineMs = DEADLINE_MS,
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const deadline = performance.now() + deadlineMs;
  let seen: unknown;
  do {
    try {
      const value = await look();
      if (value) return value as Exclude<T, false | null | undefined | 0 | ''>;
      seen = value;
    } catch (error) {
      seen = error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  } while (performance.now() < deadline);
  throw new Error(`Waited ${String(deadlineMs)} ms in vain until ${what}; last seen: ${show(seen)}`, {
    cause: seen instanceof Error ? seen : undefined,
  });
}

function show(value: unknown): string {
  return value instanceof Error ? value.message : inspect(value);
}
