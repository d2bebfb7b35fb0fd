import { inspect } from 'node:util';

/** How long a condition may take before its test fails, in milliseconds. */
const DEADLINE_MS = 20_000;
const CHECK_EVERY_MS = 20;

/**
 * Waits until `look` returns a truthy value, and returns that value.
 *
 * @param what the condition as a text, for the error's message
 * @throws Error with the last value if the deadline passes
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
    await new Promise((resolve) => setTimeout(resolve, CHECK_EVERY_MS));
  } while (performance.now() < deadline);
  throw new Error(`Expected within ${String(deadlineMs)} ms: ${what}. The last value was ${show(seen)}`, {
    cause: seen instanceof Error ? seen : undefined,
  });
}

function show(value: unknown): string {
  return value instanceof Error ? value.message : inspect(value);
}
