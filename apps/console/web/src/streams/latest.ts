import type { EntriesPage, EntrySummary, StreamList } from '../../../src/contract/streams.js';
import { get } from '../api/client.js';
import { path, withQuery } from '../api/paths.js';

const PAGE = 50;

/** One page of a stream's entries, newest first; the cursor is that of the page before, or empty. */
export function entriesPage(stream: string, cursor: string, signal: AbortSignal): Promise<EntriesPage> {
  return get<EntriesPage>(withQuery(path`/api/streams/${stream}/entries`, { count: PAGE, cursor }), signal);
}

/** The newest entries of every stream, together, newest first. */
export async function latestOfAll(signal: AbortSignal): Promise<EntrySummary[]> {
  const { streams } = await get<StreamList>('/api/streams', signal);
  const pages = await Promise.all(streams.map(({ name }) => entriesPage(name, '', signal)));
  return pages.flatMap(({ entries }) => entries).sort((a, b) => b.atMs - a.atMs);
}
