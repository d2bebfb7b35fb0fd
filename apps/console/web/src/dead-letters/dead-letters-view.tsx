import './dead-letters.css';
import { useSegment } from '../shell/use-search-params.js';
import { useTitle } from '../shell/use-title.js';
import { Causes } from './causes.js';
import { CausePage } from './cause-page.js';
import { History } from './history.js';

/** Dead letters, by cause or of one cause. */
export function DeadLettersView() {
  const causeId = useSegment();
  useTitle('Dead letters');
  if (causeId !== null) return <CausePage key={causeId} causeId={causeId} />;
  return (
    <>
      <div className="view-head">
        <div>
          <h1>Dead letters</h1>
          <p>Events that a group gave up. They are kept until you replay or discard them.</p>
        </div>
      </div>
      <Causes />
      <History />
    </>
  );
}
