import { Icon } from './icon.js';

interface SearchButtonProps {
  isSearching: boolean;
  stop: () => void;
  goOn: () => void;
}

/** Stops and continues a search. */
export function SearchButton({ isSearching, stop, goOn }: SearchButtonProps) {
  return (
    <button type="button" className="button" onClick={isSearching ? stop : goOn}>
      <Icon name={isSearching ? 'pause' : 'search'} /> {isSearching ? 'Stop searching' : 'Search further back'}
    </button>
  );
}
