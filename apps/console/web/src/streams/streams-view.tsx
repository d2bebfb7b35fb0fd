import './streams.css';
import { useSegment } from '../shell/use-search-params.js';
import { useTitle } from '../shell/use-title.js';
import { AllStreams } from './all-streams.js';
import { StreamPage } from './stream-page.js';

/** All streams, or one of them. */
export function StreamsView() {
  const stream = useSegment();
  useTitle(stream ?? 'Streams');
  return stream === null ? <AllStreams /> : <StreamPage key={stream} stream={stream} />;
}
