import { eventFields, freshRedis } from '@repo/testing';
import { describe, expect, it } from 'vitest';
import type { EntriesPage, EntryDetail } from '../src/contract/streams.js';
import { startConsole } from './console.js';

const sealed = (subject: string) => ({ $personal: 1, subject, key: 1, sealed: 'A'.repeat(60) });

describe('the console', () => {
  it('shows only whether personal data is encrypted or erased', async () => {
    const redis = await freshRedis();
    try {
      await redis.client.hset('mail:subjects:forgotten', 'ada', '1|{}');
      const ids: string[] = [];
      for (const name of [sealed('ada'), sealed('bob'), { $personal: 1, erased: true }]) {
        const fields = eventFields({ data: JSON.stringify({ name, country: 'GB' }) });
        ids.push((await redis.client.xadd('mail:parcels', '*', ...fields)) ?? '');
      }
      await using site = await startConsole(redis.url, { EVENTS_PREFIX: 'mail' });
      const shown: unknown[] = [];
      for (const id of ids) {
        const entry = await site.get<EntryDetail>(`/api/streams/parcels/entries/${id}`);
        shown.push(JSON.parse(entry.payload?.json ?? ''));
      }
      const country = 'GB';
      expect(shown).toEqual([
        { name: '(erased)', country },
        { name: '(encrypted)', country },
        { name: '(erased)', country },
      ]);
      const { entries } = await site.get<EntriesPage>('/api/streams/parcels/entries');
      for (const { preview } of entries)
        expect(preview).toMatch(/^\{"name":"\((erased|encrypted)\)","country":"GB"\}$/);
    } finally {
      await redis.stop();
    }
  });
});
