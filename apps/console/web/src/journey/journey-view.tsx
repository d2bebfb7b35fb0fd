import './journey.css';
import { Link, useLocation } from 'wouter';
import type { Journey } from '../../../src/contract/journey.js';
import { path, places, withQuery } from '../api/paths.js';
import { useGet } from '../api/use-get.js';
import { plural } from '../format/numbers.js';
import { dateTime, duration } from '../format/times.js';
import { useSearchParams, useSegment } from '../shell/use-search-params.js';
import { useTitle } from '../shell/use-title.js';
import { CopyButton } from '../ui/copy-button.js';
import { Icon } from '../ui/icon.js';
import { Failed, Loading, Notice } from '../ui/notice.js';
import { SearchButton } from '../ui/search-button.js';
import { Text } from '../ui/text.js';
import { EventList } from './event-list.js';
import { FindJourney } from './find-journey.js';
import { RecentJourneys } from './recent-journeys.js';
import { Timeline } from './timeline.js';
import { useWholeJourney, type WholeJourney } from './use-whole-journey.js';

/** The events of one correlation id across all services, as a timeline. */
export function JourneyView() {
  const correlationId = useSegment();
  useTitle(correlationId === null ? 'Journey' : `Journey ${correlationId}`);
  const [, navigate] = useLocation();
  return (
    <>
      <div className="view-head">
        <h1>Journey</h1>
        <FindJourney
          correlationId={correlationId}
          onFind={(id) => {
            navigate(places.journey(id));
          }}
        />
      </div>
      {correlationId === null ? <RecentJourneys /> : <OneJourney key={correlationId} correlationId={correlationId} />}
    </>
  );
}

const STATES = {
  empty: { word: 'nothing found', tone: '' },
  open: { word: 'under way', tone: 'badge-warn' },
  failed: { word: 'has a dead letter', tone: 'badge-bad' },
  settled: { word: 'settled', tone: 'badge-good' },
} as const;

/** The refresh interval, in milliseconds. A search without result reads many entries. */
const EVERY_MS = { open: 1000, failed: 1000, empty: 5000, settled: false } as const;

function OneJourney({ correlationId }: { correlationId: string }) {
  const [params] = useSearchParams();
  const near = params.get('near');
  const { data, error, refetch } = useGet<Journey>({
    path: withQuery(path`/api/journeys/${correlationId}`, { near }),
    every: (journey) => EVERY_MS[journey?.state ?? 'open'],
  });
  const whole = useWholeJourney(correlationId, data);
  if (whole.journey === undefined) {
    return (
      <div className="card">
        {error === null ? <Loading what="the journey" /> : <Failed error={error} onRetry={() => void refetch()} />}
      </div>
    );
  }
  const { journey } = whole;
  return (
    <>
      <JourneyHead correlationId={correlationId} journey={journey} />
      {journey.events.length === 0 ? (
        <NothingFound whole={whole} isComplete={journey.isComplete} />
      ) : (
        <>
          <section className="card" aria-labelledby="timeline-title">
            <div className="card-head">
              <h2 id="timeline-title">Timeline</h2>
              <p>a lane for each service</p>
            </div>
            <div className="card-body">
              <Timeline journey={journey} />
            </div>
          </section>
          <EventList journey={journey} />
          <Caveats journey={journey} further={<Further whole={whole} />} />
        </>
      )}
    </>
  );
}

function JourneyHead({ correlationId, journey }: { correlationId: string; journey: Journey }) {
  const [first] = journey.events;
  const state = STATES[journey.state];
  return (
    <section className="card journey-head" aria-label="Summary of the journey">
      <div className="copyable">
        <span className="quiet small">Correlation id</span>
        <code>
          <Text most={120}>{correlationId}</Text>
        </code>
        <CopyButton text={correlationId} what="correlation id" />
      </div>
      <span className={`badge ${state.tone}`} role="status">
        <span className="dot" />
        {state.word}
      </span>
      {first === undefined ? null : (
        <span>
          {plural(journey.events.length, 'event')} in <strong>{duration(journey.elapsedMs)}</strong>{' '}
          <span className="quiet">since {dateTime(first.entry.atMs)}</span>
        </span>
      )}
    </section>
  );
}

function NothingFound({ whole, isComplete }: { whole: WholeJourney; isComplete: boolean }) {
  return (
    <div className="card">
      <Notice
        icon="route"
        title={whole.isLooking ? 'Searching for events of this id …' : 'No event of this id was found'}
      >
        <p role="status">{plural(whole.scanned, 'entry', 'entries')} searched.</p>
        <p>
          {isComplete
            ? 'All streams were searched. Check that the id is complete: it must match exactly.'
            : 'It may be further back.'}
        </p>
        <Further whole={whole} />
        <Link href="/journey">See the latest journeys</Link>
      </Notice>
    </div>
  );
}

function Further({ whole }: { whole: WholeJourney }) {
  if (!whole.hasMore) return null;
  return <SearchButton isSearching={whole.isLooking} stop={whole.stop} goOn={whole.lookFurther} />;
}

function Caveats({ journey, further }: { journey: Journey; further: React.ReactNode }) {
  if (journey.caveats.length === 0 && journey.isComplete) return null;
  return (
    <div className="callout">
      <Icon name="info" />
      <div className="stack-tight">
        <ul className="small quiet">
          {journey.caveats.map((caveat) => (
            <li key={caveat}>
              <Text>{caveat}</Text>
            </li>
          ))}
        </ul>
        {further}
      </div>
    </div>
  );
}
