import { useLock } from '../shell/use-lock.js';
import { Icon } from '../ui/icon.js';

interface ActionButtonsProps {
  /** How many dead letters they apply to. */
  count: number;
  onAct: (action: 'replay' | 'discard') => void;
}

/** The buttons for replay and discard; if changes are not allowed, they are disabled and say why. */
export function ActionButtons({ count, onAct }: ActionButtonsProps) {
  const lock = useLock();
  const isReadOnly = lock !== null;
  const all = count === 1 ? '' : ` ${String(count)}`;
  const title = lock ?? undefined;
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={isReadOnly || count === 0}
        title={title}
        onClick={() => {
          onAct('replay');
        }}
      >
        <Icon name={isReadOnly ? 'lock' : 'replay'} /> Replay{all}
      </button>
      <button
        type="button"
        className="button"
        disabled={isReadOnly || count === 0}
        title={title}
        onClick={() => {
          onAct('discard');
        }}
      >
        <Icon name={isReadOnly ? 'lock' : 'trash'} /> Discard{all}
      </button>
    </>
  );
}
