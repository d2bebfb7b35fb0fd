import type { Redis } from 'ioredis';

/** A command that reads a key: its name, a subcommand if it has one, and the key. */
export type Question = readonly [command: string, ...words: string[]];

/**
 * Asks all questions at one moment, in a MULTI.
 *
 * @returns the answers in the order of the questions; undefined where there is no such key
 */
export async function askAtOnce(redis: Redis, questions: readonly Question[]): Promise<unknown[]> {
  const replies = (await redis.multi(questions.map((question) => [...question])).exec()) ?? [];
  return replies.map(([error, answer], index) => {
    if (error === null) return answer;
    if (error.message.includes('no such key')) return undefined;
    // An error out of a MULTI does not say which command it is about.
    const [name, ...args] = questions[index] ?? [];
    throw Object.assign(error, { command: { name, args } });
  });
}

/** Name, value, name, value, … */
export function toRow(reply: unknown): ReadonlyMap<string, unknown> {
  const row = new Map<string, unknown>();
  const list = (reply ?? []) as unknown[];
  for (let index = 0; index + 1 < list.length; index += 2) row.set(list[index] as string, list[index + 1]);
  return row;
}
