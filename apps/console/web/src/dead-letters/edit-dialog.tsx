import { useId, useState } from 'react';
import { Icon } from '../ui/icon.js';
import { Modal } from '../ui/modal.js';
import { parsePayload } from './parse-payload.js';

interface EditDialogProps {
  /** As JSON, indented. */
  json: string;
  /** The earlier edit; null at first. */
  draft: string | null;
  onClose: () => void;
  onReplay: (json: string) => void;
}

/** Changes a payload before it is replayed. */
export function EditDialog({ json, draft, onClose, onReplay }: EditDialogProps) {
  const [text, setText] = useState(draft ?? json);
  const problemId = useId();
  const parsed = parsePayload(text);
  const problem = 'problem' in parsed ? parsed.problem : null;
  return (
    <Modal
      kind="dialog"
      title="Edit and replay"
      onClose={onClose}
      isUnsaved={text !== json}
      foot={
        <>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="button"
            className="button button-primary"
            disabled={problem !== null}
            onClick={() => {
              if ('json' in parsed) onReplay(parsed.json);
            }}
          >
            <Icon name="arrow" /> See what will happen
          </button>
        </>
      }
    >
      <label className="field">
        <span>Payload (JSON object)</span>
        <textarea
          className="input edit-payload"
          value={text}
          rows={18}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={problem !== null}
          aria-describedby={problemId}
          onChange={(event) => {
            setText(event.target.value);
          }}
        />
      </label>
      <p id={problemId} className={problem === null ? 'quiet small' : 'field-problem'} role="status">
        {problem ?? 'The group validates the payload: if it is invalid, the event becomes a dead letter again.'}
      </p>
    </Modal>
  );
}
