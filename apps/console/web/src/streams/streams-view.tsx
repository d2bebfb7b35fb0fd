import './streams.css';
import { useTitle } from '../shell/use-title.js';
import { AllStreams } from './all-streams.js';
import { StreamPage } from './stream-page.js';

/** All streams, or one of them. */
export function StreamsView({ stream }: { stream: string | null }) {
  useTitle(stream ?? 'Streams');
  return stream === null ? <AllStreams /> : <StreamPage stream={stream} />;
}
