import { useState } from 'react';
import { Link } from 'wouter';
import type { DeadLetterActionRequest, DeadLetterView } from '../../../src/contract/dead-letters.js';
import { path, places } from '../api/paths.js';
import { useGet } from '../api/use-get.js';
import { ApiError } from '../api/client.js';
import { plural } from '../format/numbers.js';
import { dateTime, duration } from '../format/times.js';
import { parseEntryRef, useParam } from '../shell/use-param.js';
import { useLock } from '../shell/use-lock.js';
import { CutNote, RawFields } from '../streams/entry-drawer.js';
import { Icon } from '../ui/icon.js';
import { Json } from '../ui/json.js';
import { Modal } from '../ui/modal.js';
import { Failed, Loading, Notice } from '../ui/notice.js';
import { Text, TextBlock } from '../ui/text.js';
import { ActionButtons } from './action-buttons.js';
import { ActionDialog } from './action-dialog.js';
import './dead-letters.css';
import { EditDialog } from './edit-dialog.js';
import { reasonText } from './reasons.js';

/** The dead letter that the address names (`?dead-letter=stream/id`), whole, at the side of the page. */
export function DeadLetterDrawer() {
  const [ref, setRef] = useParam('dead-letter');
  const deadLetter = ref === null ? null : parseEntryRef(ref);
  if (deadLetter === null) return null;
  return (
    <OpenDeadLetter
      key={ref}
      stream={deadLetter.stream}
      id={deadLetter.id}
      onClose={() => {
        setRef(null);
      }}
    />
  );
}

function OpenDeadLetter({ stream, id, onClose }: { stream: string; id: string; onClose: () => void }) {
  const { data, error, refetch } = useGet<DeadLetterView>({ path: path`/api/dead-letters/${stream}/${id}` });
  const [request, setRequest] = useState<DeadLetterActionRequest | null>(null);
  const [isEdited, setEdited] = useState(false);
  /** The edited payload, while its preview is open. */
  const [draft, setDraft] = useState<string | null>(null);
  const isReadOnly = useLock() !== null;
  const isGone = error instanceof ApiError && error.code === 'not-found';
  const selection = { stream, ids: [id] };
  return (
    <Modal
      kind="drawer"
      title={
        <>
          <Text most={80}>{data?.errorName ?? 'Dead letter'}</Text>
          <span className="drawer-place mono">
            <Text>{`${stream} ${id}`}</Text>
          </span>
        </>
      }
      onClose={onClose}
      foot={
        data === undefined || isGone ? undefined : (
          <>
            <button
              type="button"
              className="button"
              disabled={isReadOnly || data.event === null}
              title={
                data.event !== null
                  ? undefined
                  : data.isCut
                    ? 'It is too large to be shown whole, so it cannot be edited'
                    : 'It cannot be decoded: it can be replayed unchanged, but not edited'
              }
              onClick={() => {
                setEdited(true);
              }}
            >
              <Icon name="edit" /> Edit and replay
            </button>
            <ActionButtons
              count={1}
              onAct={(action) => {
                setRequest({ action, selection });
              }}
            />
          </>
        )
      }
    >
      {isGone ? (
        <Notice icon="check" title="It is no longer here">
          <p>It was replayed or discarded; see the history.</p>
        </Notice>
      ) : data !== undefined ? (
        <DeadLetterDetails deadLetter={data} />
      ) : error !== null ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading what="the dead letter" />
      )}
      {isEdited && data?.payload ? (
        <EditDialog
          json={data.payload.json}
          draft={draft}
          onClose={() => {
            setEdited(false);
            setDraft(null);
          }}
          onReplay={(edited) => {
            setEdited(false);
            setDraft(edited);
            setRequest({ action: 'replay', selection, json: edited });
          }}
        />
      ) : null}
      {request === null ? null : (
        <ActionDialog
          request={request}
          onClose={() => {
            setRequest(null);
            // Returns from the preview to the edited payload.
            if (request.json !== undefined) setEdited(true);
          }}
          onDone={onClose}
        />
      )}
    </Modal>
  );
}

function DeadLetterDetails({ deadLetter }: { deadLetter: DeadLetterView }) {
  const { event } = deadLetter;
  return (
    <>
      <div className="callout callout-bad">
        <Icon name="alert" />
        <div>
          <strong>{reasonText(deadLetter.reason)}</strong>
          <p className="mono small dead-letter-message">
            <Text>{deadLetter.errorMessage}</Text>
          </p>
        </div>
      </div>
      <dl className="facts">
        <dt>Given up by</dt>
        <dd>
          <Text>{deadLetter.group}</Text>
          {deadLetter.handler === '-' ? ', before any handler' : null}
        </dd>
        {deadLetter.handler === '-' ? null : (
          <>
            <dt>Handler</dt>
            <dd>
              <Text>{deadLetter.handler}</Text>
            </dd>
          </>
        )}
        <dt>Attempts</dt>
        <dd>
          {plural(deadLetter.attempts, 'attempt')}
          {deadLetter.lastFailedMs > deadLetter.firstFailedMs
            ? ` in ${duration(deadLetter.lastFailedMs - deadLetter.firstFailedMs)}`
            : ''}
          {deadLetter.replays > 0 ? `, replayed ${plural(deadLetter.replays, 'time')} before` : ''}
        </dd>
        <dt>First failed</dt>
        <dd>{dateTime(deadLetter.firstFailedMs)}</dd>
        <dt>Last failed</dt>
        <dd>{dateTime(deadLetter.lastFailedMs)}</dd>
        <dt>Original</dt>
        <dd>
          <Link href={places.entry(deadLetter.stream, deadLetter.entryId)}>
            <Text>{`${deadLetter.stream} ${deadLetter.entryId}`}</Text>
          </Link>
        </dd>
        {deadLetter.partitionKey === null ? null : (
          <>
            <dt>Partition key</dt>
            <dd className="mono">
              <Text most={300}>{deadLetter.partitionKey}</Text>
            </dd>
          </>
        )}
      </dl>
      {event?.correlation_id === undefined ? null : (
        <Link className="button" href={places.journey(event.correlation_id, deadLetter.entryId)}>
          <Icon name="route" /> Follow its journey
        </Link>
      )}
      {deadLetter.errorStack === '' ? null : (
        <section aria-label="Stack">
          <h3 className="section-title">Stack</h3>
          <TextBlock label="Stack">{deadLetter.errorStack}</TextBlock>
        </section>
      )}
      <CutNote of={deadLetter} />
      <section aria-label="Payload">
        <h3 className="section-title">{event === null ? 'Fields of the entry, as they are' : 'Payload'}</h3>
        {deadLetter.payload === null ? (
          <RawFields fields={deadLetter.fields} />
        ) : (
          <Json payload={deadLetter.payload} label="Payload" />
        )}
      </section>
    </>
  );
}
