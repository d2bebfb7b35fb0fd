import { Link } from 'wouter';
import type { EntrySummary } from '../../../src/contract/streams.js';
import { places } from '../api/paths.js';
import { bytes } from '../format/numbers.js';
import { clock, dateTime } from '../format/times.js';
import { visibleLine } from '../format/visible.js';
import { entryKey } from '../live/tail.js';
import { useParam } from '../shell/use-param.js';
import { Text } from '../ui/text.js';

interface EntriesTableProps {
  entries: readonly EntrySummary[];
  withStream: boolean;
  label: string;
}

/** A table of entries, with links to each entry and its journey. */
export function EntriesTable({ entries, withStream, label }: EntriesTableProps) {
  const [, openEntry] = useParam('entry');
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={label}>
      <table className="table entries">
        <thead>
          <tr>
            <th scope="col">Time</th>
            {withStream ? <th scope="col">Stream</th> : null}
            <th scope="col">Event</th>
            <th scope="col">Key</th>
            <th scope="col">Payload</th>
            <th scope="col" className="num">
              Size
            </th>
            <th scope="col">
              <span className="visually-hidden">Journey</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <EntryRow
              key={entryKey(entry)}
              entry={entry}
              withStream={withStream}
              onOpen={() => {
                openEntry(`${entry.stream}/${entry.id}`);
              }}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface EntryRowProps {
  entry: EntrySummary;
  withStream: boolean;
  onOpen: () => void;
}

function EntryRow({ entry, withStream, onOpen }: EntryRowProps) {
  return (
    <tr
      className="entry-row"
      onClick={(event) => {
        // The row is a target for the mouse; links, buttons and selected text stay usable.
        if (!(event.target instanceof Element) || event.target.closest('a, button') !== null) return;
        if (window.getSelection()?.isCollapsed === false) return;
        onOpen();
      }}
    >
      <td className="nowrap">
        <button
          type="button"
          className="link-button"
          title={`${dateTime(entry.atMs)}, entry ${entry.id}`}
          onClick={onOpen}
        >
          {clock(entry.atMs)}
          <span className="visually-hidden">, open entry {entry.id}</span>
        </button>
      </td>
      {withStream ? (
        <td className="nowrap">
          <Text>{entry.stream}</Text>
        </td>
      ) : null}
      <td className="nowrap">
        {entry.isEvent ? (
          <span title={visibleLine(`from ${entry.source ?? ''}`)}>
            <Text most={60}>{entry.type ?? ''}</Text>
          </span>
        ) : (
          <span className="badge badge-bad">not an event</span>
        )}
      </td>
      <td className="clip mono small entry-key" title={visibleLine(entry.partitionKey ?? '')}>
        <Text most={40}>{entry.partitionKey ?? ''}</Text>
      </td>
      <td className="clip mono small entry-preview">
        <Text>{entry.preview.replace(/[\t\n\r]+/g, ' ')}</Text>
      </td>
      <td className="num quiet">{bytes(entry.size)}</td>
      <td className="num">
        {entry.correlationId === null ? null : (
          <Link href={places.journey(entry.correlationId, entry.id)} aria-label={`Journey of entry ${entry.id}`}>
            Journey
          </Link>
        )}
      </td>
    </tr>
  );
}
