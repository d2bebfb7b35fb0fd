import { useState } from 'react';
import type { DeadLetterActionRequest, DeadLetterView } from '../../../src/contract/dead-letters.js';
import { ApiError } from '../api/client.js';
import { path } from '../api/paths.js';
import { useGet } from '../api/use-get.js';
import { useLock } from '../shell/use-lock.js';
import { parseEntryRef, useParam } from '../shell/use-param.js';
import { DrawerTitle } from '../ui/drawer-title.js';
import { Icon } from '../ui/icon.js';
import { Modal } from '../ui/modal.js';
import { Failed, Loading, Notice } from '../ui/notice.js';
import { ActionButtons } from './action-buttons.js';
import { ActionDialog } from './action-dialog.js';
import { DeadLetterDetails } from './dead-letter-details.js';
import './dead-letters.css';
import { EditDialog } from './edit-dialog.js';

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
  const [isEditing, setEditing] = useState(false);
  /** The edited payload, while its preview is open. */
  const [draft, setDraft] = useState<string | null>(null);
  const isGone = error instanceof ApiError && error.code === 'not-found';
  const selection = { stream, ids: [id] };
  return (
    <Modal
      kind="drawer"
      title={<DrawerTitle name={data?.errorName ?? 'Dead letter'} place={`${stream} ${id}`} />}
      onClose={onClose}
      foot={
        data === undefined || isGone ? undefined : (
          <>
            <EditButton
              deadLetter={data}
              onEdit={() => {
                setEditing(true);
              }}
            />
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
      {isEditing && data?.payload ? (
        <EditDialog
          json={data.payload.json}
          draft={draft}
          onClose={() => {
            setEditing(false);
            setDraft(null);
          }}
          onReplay={(edited) => {
            setEditing(false);
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
            if (request.json !== undefined) setEditing(true);
          }}
          onDone={onClose}
        />
      )}
    </Modal>
  );
}

function EditButton({ deadLetter, onEdit }: { deadLetter: DeadLetterView; onEdit: () => void }) {
  const isReadOnly = useLock() !== null;
  return (
    <button
      type="button"
      className="button"
      disabled={isReadOnly || deadLetter.event === null}
      title={whyNoEdit(deadLetter)}
      onClick={onEdit}
    >
      <Icon name="edit" /> Edit and replay
    </button>
  );
}

function whyNoEdit({ event, isCut }: DeadLetterView): string | undefined {
  if (event !== null) return undefined;
  if (isCut) return 'It is too large to be shown whole, so it cannot be edited';
  return 'It cannot be decoded: it can be replayed unchanged, but not edited';
}
