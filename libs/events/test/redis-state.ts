import type { TestRedis } from '@repo/testing';

/** How often a command has run since the server's start. */
export async function callsOf(client: TestRedis['client'], command: string): Promise<number> {
  const stats = await client.info('commandstats');
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

/** Makes a group and gives a consumer of it, which nobody runs, so many of the stream's entries. */
export async function deliverToTheDead(
  client: TestRedis['client'],
  stream: string,
  count: number,
  consumer = 'dead',
): Promise<string[]> {
  await client.xgroup('CREATE', stream, 'testers', '0', 'MKSTREAM').catch(() => undefined);
  const reply = await client.xreadgroup('GROUP', 'testers', consumer, 'COUNT', count, 'STREAMS', stream, '>');
  const [[, entries]] = reply as [[string, [string, string[]][]]];
  return entries.map(([id]) => id);
}
