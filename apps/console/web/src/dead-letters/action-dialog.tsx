import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type {
  DeadLetterActionRequest,
  DeadLetterActionResult,
  DeadLetterPreview,
} from '../../../src/contract/dead-letters.js';
import { ApiError, post } from '../api/client.js';
import { count, plural } from '../format/numbers.js';
import { useSession } from '../shell/use-session.js';
import { toast } from '../shell/toasts.js';
import { Icon } from '../ui/icon.js';
import { Json } from '../ui/json.js';
import { Modal } from '../ui/modal.js';
import { Failed, Loading } from '../ui/notice.js';
import { Text } from '../ui/text.js';
import { refreshDeadLetters } from './use-dead-letters.js';

interface ActionDialogProps {
  request: DeadLetterActionRequest;
  onClose: () => void;
  /** Called after the action. */
  onDone?: () => void;
}

const WORDS = {
  replay: { title: 'Replay', done: 'replayed', button: 'button button-primary', icon: 'replay' },
  discard: { title: 'Discard', done: 'discarded', button: 'button button-danger', icon: 'trash' },
} as const;

/** Shows the server's preview of an action, and runs the action when the user confirms it. */
export function ActionDialog({ request, onClose, onDone }: ActionDialogProps) {
  const words = WORDS[request.action];
  const queries = useQueryClient();
  const [why, setWhy] = useState('');
  const [by, setBy] = useState('');
  const user = useSession()?.user ?? null;
  const preview = useQuery({
    queryKey: ['preview', request],
    queryFn: () => post<DeadLetterPreview>('/api/dead-letters/preview', request),
    gcTime: 0,
    staleTime: Infinity,
  });
  const act = useMutation({
    mutationFn: () =>
      post<DeadLetterActionResult>('/api/dead-letters/act', {
        ...request,
        ...(by.trim() === '' ? {} : { by: by.trim() }),
        ...(why.trim() === '' ? {} : { why: why.trim() }),
      }),
    onSuccess: ({ done, left, beyond }) => {
      const kept = left === 0 ? '' : ` ${plural(left, 'other')} left as ${left === 1 ? 'it is' : 'they are'}.`;
      const more =
        beyond === 0
          ? ''
          : ` ${count(beyond)} more ${beyond === 1 ? 'stays' : 'stay'}: repeat the action for ${beyond === 1 ? 'it' : 'them'}.`;
      const rest = `${kept}${more}`;
      toast(done === 0 ? 'bad' : 'good', `${plural(done, 'dead letter')} ${words.done}.${rest}`);
      onClose();
      onDone?.();
    },
    onSettled: () => refreshDeadLetters(queries),
  });
  const doable = preview.data === undefined ? 0 : preview.data.count - preview.data.left;
  return (
    <Modal
      kind="dialog"
      title={`${words.title} ${preview.data === undefined ? 'dead letters' : plural(preview.data.count, 'dead letter')}?`}
      onClose={onClose}
      foot={
        <>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="button"
            className={words.button}
            disabled={doable === 0 || act.isPending}
            onClick={() => {
              act.mutate();
            }}
          >
            <Icon name={words.icon} />
            {act.isPending ? 'Working …' : `${words.title} ${plural(doable, 'dead letter')}`}
          </button>
        </>
      }
    >
      {preview.data !== undefined ? (
        <PreviewView preview={preview.data} />
      ) : preview.error !== null ? (
        <Failed error={preview.error} onRetry={() => void preview.refetch()} />
      ) : (
        <Loading what="what will happen" lines={3} />
      )}
      {act.error === null ? null : <ActionProblem error={act.error} />}
      <div className="grid-2">
        <label className="field">
          <span>Why (for the history)</span>
          <input
            className="input"
            value={why}
            maxLength={500}
            placeholder="the gateway is back"
            onChange={(event) => {
              setWhy(event.target.value);
            }}
          />
        </label>
        {user === null ? (
          <label className="field">
            <span>Your name</span>
            <input
              className="input"
              value={by}
              maxLength={500}
              autoComplete="name"
              onChange={(event) => {
                setBy(event.target.value);
              }}
            />
          </label>
        ) : (
          <p className="field">
            <span>By</span>
            <span>{user.name}, who is logged in</span>
          </p>
        )}
      </div>
    </Modal>
  );
}

function PreviewView({ preview }: { preview: DeadLetterPreview }) {
  return (
    <>
      <ul className="effects">
        {preview.effects.map((effect) => (
          <li key={effect}>
            <Text>{effect}</Text>
          </li>
        ))}
      </ul>
      {preview.receivers.some(({ consumersReading }) => consumersReading === 0) ? (
        <div className="callout callout-warn">
          <Icon name="alert" />
          <div>A group that will receive them has no worker now: they wait until one starts.</div>
        </div>
      ) : null}
      {preview.edited === null ? null : (
        <div className="grid-2">
          <div>
            <h3 className="section-title">Before</h3>
            {preview.edited.beforeText === null ? null : (
              <Json payload={preview.edited.beforeText} label="Payload before" />
            )}
          </div>
          <div>
            <h3 className="section-title">After</h3>
            <Json payload={preview.edited.afterText} label="Payload after" />
          </div>
        </div>
      )}
    </>
  );
}

function ActionProblem({ error }: { error: Error }) {
  return (
    <div className="callout callout-bad" role="alert">
      <Icon name="alert" />
      <div>
        {error.message}
        {error instanceof ApiError ? (
          <ul>
            {error.details.map((detail) => (
              <li key={detail}>
                <Text>{detail}</Text>
              </li>
            ))}
          </ul>
        ) : null}
      </div>
    </div>
  );
}
