import type { SubmitEvent } from 'react';
import type { EntriesQuery } from '../../../src/contract/streams.js';
import { useLive } from '../live/use-live.js';
import { useSearchParams } from '../shell/use-search-params.js';
import { Icon } from '../ui/icon.js';

const TEXTS = ['key', 'type', 'id', 'correlation', 'source', 'text'] as const;
const TIMES = ['from', 'to'] as const;

/** What is searched for. */
export type EntryFilter = Pick<EntriesQuery, (typeof TEXTS)[number] | (typeof TIMES)[number]>;

/** The search in the address. */
export function filterOf(params: URLSearchParams): EntryFilter {
  const filter: EntryFilter = {};
  for (const name of TEXTS) {
    const value = params.get(name)?.trim();
    if (value) filter[name] = value;
  }
  for (const name of TIMES) {
    const value = Number(params.get(name) ?? NaN);
    if (Number.isFinite(value)) filter[name] = value;
  }
  return filter;
}

/** Whether there is anything to search for. */
export function isFiltered(filter: EntryFilter): boolean {
  return Object.keys(filter).length > 0;
}

const FIELDS: { name: (typeof TEXTS)[number]; label: string; hint: string }[] = [
  { name: 'key', label: 'Partition key', hint: 'exact' },
  { name: 'type', label: 'Event type', hint: 'order_placed' },
  { name: 'id', label: 'Entry or event id', hint: '1795452268988-0' },
  { name: 'correlation', label: 'Correlation id', hint: 'exact' },
  { name: 'text', label: 'Text in the payload', hint: 'anywhere' },
];

/** The form of a search; puts the search into the address. */
export function EntryFilterForm({ stream }: { stream: string }) {
  const [params, setParams] = useSearchParams();
  const filter = filterOf(params);
  const types = useLive((state) => state.tail).entries.flatMap((entry) => (entry.type === null ? [] : [entry.type]));
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setParams(() => {
      const next = new URLSearchParams();
      for (const { name } of FIELDS) {
        const value = textOf(form, name);
        if (value !== '') next.set(name, value);
      }
      for (const name of TIMES) {
        const value = textOf(form, name);
        if (value !== '') next.set(name, String(new Date(value).getTime() + (name === 'to' ? 999 : 0)));
      }
      return next;
    });
  };
  return (
    <form className="card filter" role="search" aria-label={`Search in ${stream}`} onSubmit={submit}>
      {FIELDS.map(({ name, label, hint }) => (
        <label key={name} className="field">
          <span>{label}</span>
          <input
            className="input"
            name={name}
            defaultValue={filter[name] ?? ''}
            placeholder={hint}
            autoComplete="off"
            spellCheck={false}
            list={name === 'type' ? 'known-types' : undefined}
          />
        </label>
      ))}
      <datalist id="known-types">
        {[...new Set(types)].map((type) => (
          <option key={type} value={type} />
        ))}
      </datalist>
      {TIMES.map((name) => (
        <label key={name} className="field">
          <span>{name === 'from' ? 'From' : 'To'}</span>
          <input
            className="input"
            type="datetime-local"
            step="1"
            name={name}
            defaultValue={filter[name] === undefined ? '' : localTime(filter[name])}
          />
        </label>
      ))}
      <div className="filter-buttons">
        <button type="submit" className="button button-primary">
          <Icon name="search" /> Search
        </button>
        {isFiltered(filter) ? (
          <button
            type="button"
            className="button"
            onClick={() => {
              setParams(() => new URLSearchParams());
            }}
          >
            Clear
          </button>
        ) : null}
      </div>
    </form>
  );
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}

/** The value for a date and time field: local time, to the second. */
function localTime(ms: number): string {
  const date = new Date(ms);
  return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
