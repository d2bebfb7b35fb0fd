import type { EventMonitor, MonitoredEntry } from 'nestjs-event-streams';
import { HEAD_BYTES } from '../streams/entry-summary.js';
import { SAMPLED_BYTES, SAMPLED_ENTRIES } from './look-plan.js';

/** The newest entries of a new stream, within the limits of one look. */
export async function newestEntries(monitor: EventMonitor, stream: string): Promise<MonitoredEntry[]> {
  const entries: MonitoredEntry[] = [];
  let bytes = 0;
  const range = { order: 'newest-first', replyBytes: SAMPLED_BYTES, wholeBytes: HEAD_BYTES } as const;
  for await (const page of monitor.pages(stream, range)) {
    entries.push(...page.entries);
    bytes += page.bytes;
    if (entries.length >= SAMPLED_ENTRIES || bytes >= SAMPLED_BYTES) break;
  }
  return entries.slice(0, SAMPLED_ENTRIES);
}
