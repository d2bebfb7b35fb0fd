import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type {
  DeadLetterActionRequest,
  DeadLetterActionResult,
  DeadLetterPreview,
} from '../../../src/contract/dead-letters.js';
import { post } from '../api/client.js';
import { count, plural } from '../format/numbers.js';
import { useSession } from '../shell/use-session.js';
import { toast } from '../shell/toasts.js';
import { Icon } from '../ui/icon.js';
import { Modal } from '../ui/modal.js';
import { Failed, Loading } from '../ui/notice.js';
import { Problem } from '../ui/problem.js';
import { ActionPreview } from './action-preview.js';
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
  const preview = useQuery({
    queryKey: ['preview', request],
    queryFn: () => post<DeadLetterPreview>('/api/dead-letters/preview', request),
    gcTime: 0,
    staleTime: Infinity,
  });
  const act = useMutation({
    mutationFn: () => post<DeadLetterActionResult>('/api/dead-letters/act', { ...request, ...noteOf(why, by) }),
    onSuccess: (result) => {
      toast(result.done === 0 ? 'bad' : 'good', resultText(request.action, result));
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
        <ActionPreview preview={preview.data} />
      ) : preview.error !== null ? (
        <Failed error={preview.error} onRetry={() => void preview.refetch()} />
      ) : (
        <Loading what="what will happen" lines={3} />
      )}
      {act.error === null ? null : <Problem error={act.error} />}
      <NoteFields why={why} onWhy={setWhy} by={by} onBy={setBy} />
    </Modal>
  );
}

interface NoteFieldsProps {
  why: string;
  onWhy: (why: string) => void;
  by: string;
  onBy: (by: string) => void;
}

/** Why somebody acts, and who: asked for only if nobody is logged in. */
function NoteFields({ why, onWhy, by, onBy }: NoteFieldsProps) {
  const user = useSession()?.user ?? null;
  return (
    <div className="grid-2">
      <label className="field">
        <span>Why (for the history)</span>
        <input
          className="input"
          value={why}
          maxLength={500}
          placeholder="the gateway is back"
          onChange={(event) => {
            onWhy(event.target.value);
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
              onBy(event.target.value);
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
  );
}

function noteOf(why: string, by: string): Pick<DeadLetterActionRequest, 'why' | 'by'> {
  return {
    ...(by.trim() === '' ? {} : { by: by.trim() }),
    ...(why.trim() === '' ? {} : { why: why.trim() }),
  };
}

function resultText(action: DeadLetterActionRequest['action'], { done, left, beyond }: DeadLetterActionResult): string {
  const parts = [`${plural(done, 'dead letter')} ${WORDS[action].done}.`];
  if (left > 0) parts.push(`${plural(left, 'other')} left as ${left === 1 ? 'it is' : 'they are'}.`);
  if (beyond === 1) parts.push('1 more stays: repeat the action for it.');
  if (beyond > 1) parts.push(`${count(beyond)} more stay: repeat the action for them.`);
  return parts.join(' ');
}
