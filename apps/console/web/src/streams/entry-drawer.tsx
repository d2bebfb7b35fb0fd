import { Link } from 'wouter';
import type { EntryDetail } from '../../../src/contract/streams.js';
import { path, places } from '../api/paths.js';
import { useGet } from '../api/use-get.js';
import { parseEntryRef, useParam } from '../shell/use-param.js';
import { DrawerTitle } from '../ui/drawer-title.js';
import { Icon } from '../ui/icon.js';
import { Modal } from '../ui/modal.js';
import { Failed, Loading } from '../ui/notice.js';
import { Text } from '../ui/text.js';
import { Deliveries } from './deliveries.js';
import { EntryFacts } from './entry-facts.js';
import { EntryPayload } from './entry-payload.js';
import { CutNote } from './raw-fields.js';
import './entry-drawer.css';

/** The entry that the address names (`?entry=stream/id`), whole, at the side of the page. */
export function EntryDrawer() {
  const [ref, setRef] = useParam('entry');
  const entry = ref === null ? null : parseEntryRef(ref);
  if (entry === null) return null;
  return (
    <OpenEntry
      key={ref}
      stream={entry.stream}
      id={entry.id}
      onClose={() => {
        setRef(null);
      }}
    />
  );
}

function OpenEntry({ stream, id, onClose }: { stream: string; id: string; onClose: () => void }) {
  const { data, error, refetch } = useGet<EntryDetail>({
    path: path`/api/streams/${stream}/entries/${id}`,
    // Refreshes while the entry is not settled.
    every: (entry) => (entry?.deliveries.some(({ state }) => state !== 'settled') === true ? 2000 : false),
  });
  return (
    <Modal
      kind="drawer"
      title={<DrawerTitle name={data?.type ?? 'Entry'} place={`${stream} ${id}`} />}
      onClose={onClose}
    >
      {data !== undefined ? (
        <EntryView entry={data} />
      ) : error !== null ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading what="the entry" />
      )}
    </Modal>
  );
}

function EntryView({ entry }: { entry: EntryDetail }) {
  return (
    <>
      {entry.problem === null ? null : (
        <div className="callout callout-bad">
          <Icon name="alert" />
          <div>
            <strong>This is not an event.</strong> <Text>{entry.problem}</Text>
          </div>
        </div>
      )}
      <EntryFacts entry={entry} />
      {entry.correlationId === null ? null : (
        <Link className="button" href={places.journey(entry.correlationId, entry.id)}>
          <Icon name="route" /> Follow its journey
        </Link>
      )}
      <Deliveries stream={entry.stream} deliveries={entry.deliveries} />
      <CutNote of={entry} />
      <EntryPayload entry={entry} />
    </>
  );
}
