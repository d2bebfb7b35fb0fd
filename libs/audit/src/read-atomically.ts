import type { Redis } from 'ioredis';

/** A command that reads a key: its name, a subcommand if it has one, and the key. */
export type ReadCommand = readonly [command: string, ...args: string[]];

/**
 * Runs all commands at one moment, in a MULTI.
 *
 * @returns the replies in the order of the commands; undefined if the key does not exist
 */
export async function readAtomically(redis: Redis, commands: readonly ReadCommand[]): Promise<unknown[]> {
  const replies = (await redis.multi(commands.map((command) => [...command])).exec()) ?? [];
  return replies.map(([error, reply], index) => {
    if (error === null) return reply;
    if (error.message.includes('no such key')) return undefined;
    // An error of a MULTI does not name its command.
    const [name, ...args] = commands[index] ?? [];
    throw Object.assign(error, { command: { name, args } });
  });
}

/** Makes a map of a reply of names and values in turn. */
export function toFieldMap(reply: unknown): ReadonlyMap<string, unknown> {
  const fields = new Map<string, unknown>();
  const list = (reply ?? []) as unknown[];
  for (let index = 0; index + 1 < list.length; index += 2) fields.set(list[index] as string, list[index + 1]);
  return fields;
}
