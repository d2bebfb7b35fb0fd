import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { DeliveryView, EntryDetail } from '../../../src/contract/streams.js';
import { path, places } from '../api/paths.js';
import { useGet } from '../api/use-get.js';
import { bytes, count, plural } from '../format/numbers.js';
import { clock, dateTime, duration } from '../format/times.js';
import { parseEntryRef, useParam } from '../shell/use-param.js';
import { CopyButton } from '../ui/copy-button.js';
import { Icon } from '../ui/icon.js';
import { Json } from '../ui/json.js';
import { Modal } from '../ui/modal.js';
import { Failed, Loading } from '../ui/notice.js';
import { Segments } from '../ui/segments.js';
import { Text, TextBlock } from '../ui/text.js';
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
    <Modal kind="drawer" title={<EntryTitle stream={stream} id={id} type={data?.type ?? null} />} onClose={onClose}>
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

function EntryTitle({ stream, id, type }: { stream: string; id: string; type: string | null }) {
  return (
    <>
      <Text most={80}>{type ?? 'Entry'}</Text>
      <span className="drawer-place mono">
        <Text>{`${stream} ${id}`}</Text>
      </span>
    </>
  );
}

function EntryView({ entry }: { entry: EntryDetail }) {
  return (
    <>
      {entry.problem === null ? null : (
        <div className="callout callout-bad">
          <Icon name="alert" />
          <div>
            <strong>This is no event.</strong> <Text>{entry.problem}</Text>
          </div>
        </div>
      )}
      <Envelope entry={entry} />
      {entry.correlationId === null ? null : (
        <Link className="button" href={places.journey(entry.correlationId, entry.id)}>
          <Icon name="route" /> Follow its journey
        </Link>
      )}
      <Deliveries stream={entry.stream} deliveries={entry.deliveries} />
      <CutNote of={entry} />
      <Payload entry={entry} />
    </>
  );
}

function Envelope({ entry }: { entry: EntryDetail }) {
  const { event } = entry;
  return (
    <dl className="facts">
      <Fact name="Appended">
        {dateTime(entry.atMs)} <span className="quiet">({clock(entry.atMs)})</span>
      </Fact>
      {event === null ? null : (
        <>
          <Fact name="Event id" copy={event.event_id} />
          <Fact name="Version">
            <Text>{event.version}</Text>
          </Fact>
          <Fact name="Published by">
            <Text>{event.source}</Text>
          </Fact>
          <Fact name="Timestamp">
            <Text>{event.timestamp}</Text>
          </Fact>
          {event.partition_key === undefined ? null : <Fact name="Partition key" copy={event.partition_key} />}
          {event.correlation_id === undefined ? null : <Fact name="Correlation id" copy={event.correlation_id} />}
          {event.causation_id === undefined ? null : <Fact name="Answers event" copy={event.causation_id} />}
          {event.traceparent === undefined ? null : <Fact name="Trace" copy={event.traceparent} />}
        </>
      )}
      <Fact name="Size">{bytes(entry.size)}</Fact>
    </dl>
  );
}

function Fact({ name, copy, children }: { name: string; copy?: string; children?: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {copy === undefined ? (
          children
        ) : (
          <span className="copyable">
            <code>
              <Text most={300}>{copy}</Text>
            </code>
            <CopyButton text={copy} what={name.toLowerCase()} />
          </span>
        )}
      </dd>
    </>
  );
}

const STATES: Record<DeliveryView['state'], { word: string; tone: string }> = {
  waiting: { word: 'waits', tone: '' },
  pending: { word: 'in work', tone: 'badge-warn' },
  'dead-lettered': { word: 'dead letter', tone: 'badge-bad' },
  replaying: { word: 'replayed', tone: 'badge-warn' },
  settled: { word: 'settled', tone: 'badge-good' },
  unknown: { word: 'not known', tone: '' },
};

function Deliveries({ stream, deliveries }: { stream: string; deliveries: readonly DeliveryView[] }) {
  return (
    <section aria-label="What became of it">
      <h3 className="section-title">What became of it</h3>
      {deliveries.length === 0 ? (
        <p className="quiet small">No group reads this stream.</p>
      ) : (
        <ul className="deliveries">
          {deliveries.map((delivery) => (
            <li key={delivery.group}>
              <strong>
                <Text>{delivery.group}</Text>
              </strong>
              <span className={`badge ${STATES[delivery.state].tone}`}>{STATES[delivery.state].word}</span>
              <span className="quiet small">
                <DeliveryNote delivery={delivery} />
              </span>
              {delivery.deadLetterId === null ? null : (
                <Link className="small" href={places.deadLetter(stream, delivery.deadLetterId)}>
                  Open the dead letter
                </Link>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The consumer that holds it, since when, and the failed attempts. */
export function DeliveryNote({ delivery }: { delivery: DeliveryView }) {
  const parts: string[] = [];
  if (delivery.consumer !== null) parts.push(`held by ${delivery.consumer}`);
  if (delivery.idleMs !== null) parts.push(`for ${duration(delivery.idleMs)}`);
  if (delivery.deliveries !== null && delivery.deliveries > 1) {
    parts.push(`delivered ${plural(delivery.deliveries, 'time')}`);
  }
  for (const { handler, failures, crashes } of delivery.attempts) {
    if (failures > 0) parts.push(`${handler} failed ${plural(failures, 'time')}`);
    if (crashes > 0) parts.push(`${plural(crashes, 'worker')} crashed in ${handler}`);
  }
  return <Text>{parts.join(', ')}</Text>;
}

function Payload({ entry }: { entry: EntryDetail }) {
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

/** A note that an entry is too large to be shown whole, with its size. */
export function CutNote({ of }: { of: Pick<EntryDetail, 'isCut' | 'size' | 'fieldCount' | 'fields'> }) {
  const { isCut, size, fieldCount, fields } = of;
  if (!isCut) return null;
  const shown =
    fields.length < fieldCount
      ? `the first ${count(fields.length)} of its ${plural(fieldCount, 'field')}`
      : 'its fields';
  return (
    <div className="callout" role="note">
      <Icon name="alert" />
      <div>
        <strong>It is too large to be shown whole</strong> ({bytes(size)}): below are {shown} as they are written, long
        values shortened.
      </div>
    </div>
  );
}

/** The fields of an entry, each as a separate text. */
export function RawFields({ fields }: { fields: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl className="raw-fields">
      {fields.map(([name, value], index) => (
        <div key={index}>
          <dt className="mono">
            <Text most={200}>{name}</Text>
          </dt>
          <dd>
            <TextBlock label={`Field ${name}`}>{value}</TextBlock>
          </dd>
        </div>
      ))}
    </dl>
  );
}
