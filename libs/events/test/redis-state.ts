import type { TestRedis } from '@repo/testing';

/** How often a command has run since the server's start. */
export async function callsOf(client: TestRedis['client'], command: string): Promise<number> {
  const stats = await client.info('commandstats');
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

/**
 * Makes a group and gives a consumer of it, which nobody runs, so many of the stream's entries.
 *
 * @param idleMs how long ago it is said to have got them
 */
export async function deliverToTheDead(
  client: TestRedis['client'],
  stream: string,
  count: number,
  idleMs = 0,
): Promise<string[]> {
  await client.xgroup('CREATE', stream, 'testers', '0', 'MKSTREAM').catch(() => undefined);
  const reply = await client.xreadgroup('GROUP', 'testers', 'dead', 'COUNT', count, 'STREAMS', stream, '>');
  const [[, entries]] = reply as [[string, [string, string[]][]]];
  const ids = entries.map(([id]) => id);
  await client.xclaim(stream, 'testers', 'dead', 0, ...ids, 'IDLE', idleMs, 'JUSTID');
  return ids;
}

/** How often workers without partitions have asked for what others left, or looked for it: each time asks for the server's time. */
export function looksOf(client: TestRedis['client']): Promise<number> {
  return callsOf(client, 'time');
}
