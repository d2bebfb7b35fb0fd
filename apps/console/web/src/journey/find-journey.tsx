import { Icon } from '../ui/icon.js';

interface FindJourneyProps {
  correlationId: string | null;
  onFind: (correlationId: string) => void;
}

/** Asks for a correlation id. */
export function FindJourney({ correlationId, onFind }: FindJourneyProps) {
  return (
    <form
      className="find-journey"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        const value = new FormData(event.currentTarget).get('id');
        if (typeof value === 'string' && value.trim() !== '') onFind(value.trim());
      }}
    >
      <input
        key={correlationId}
        className="input mono"
        name="id"
        aria-label="Correlation id"
        placeholder="Correlation id, such as an order's id"
        defaultValue={correlationId ?? ''}
        autoComplete="off"
        spellCheck={false}
      />
      <button type="submit" className="button button-primary">
        <Icon name="search" /> Follow
      </button>
    </form>
  );
}
