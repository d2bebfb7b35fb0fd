import { useState } from 'react';
import type { EntryDetail } from '../../../src/contract/streams.js';
import { CopyButton } from '../ui/copy-button.js';
import { Json } from '../ui/json.js';
import { Segments } from '../ui/segments.js';
import { RawFields } from './raw-fields.js';

/** The payload of an entry, or its fields as they are. */
export function EntryPayload({ entry }: { entry: EntryDetail }) {
  const [form, setForm] = useState<'pretty' | 'raw'>(entry.event === null ? 'raw' : 'pretty');
  const raw = entry.fields.map(([name, value]) => `${name}: ${value}`).join('\n');
  return (
    <section aria-label="Payload">
      <div className="row spread section-title">
        <h3>{form === 'pretty' ? 'Payload' : 'Fields of the entry, as they are'}</h3>
        <span className="row">
          {entry.event === null ? null : (
            <Segments
              label="Form"
              value={form}
              options={[
                { value: 'pretty', label: 'Pretty' },
                { value: 'raw', label: 'Raw' },
              ]}
              onChange={setForm}
            />
          )}
          <CopyButton
            text={form === 'pretty' ? (entry.payload?.json ?? '') : raw}
            what={form === 'pretty' ? 'payload' : 'fields'}
          />
        </span>
      </div>
      {form === 'pretty' && entry.payload !== null ? (
        <Json payload={entry.payload} label="Payload" />
      ) : (
        <RawFields fields={entry.fields} />
      )}
    </section>
  );
}
