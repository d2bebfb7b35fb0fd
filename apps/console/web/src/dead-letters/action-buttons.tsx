import { useSession } from '../shell/use-session.js';
import { Icon } from '../ui/icon.js';

interface ActionButtonsProps {
  /** How many dead letters they are about. */
  count: number;
  onAct: (action: 'replay' | 'discard') => void;
}

/** Replay and discard; where the console is read-only, they say so and do nothing. */
export function ActionButtons({ count, onAct }: ActionButtonsProps) {
  const isReadOnly = useSession()?.readOnly === true;
  const all = count === 1 ? '' : ` ${String(count)}`;
  const title = isReadOnly ? 'The console is read-only' : undefined;
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
