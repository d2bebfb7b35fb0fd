import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { places } from '../api/paths.js';
import { clock, duration } from '../format/times.js';
import { mergeEntries } from '../live/tail.js';
import { tintsOf } from '../live/tints.js';
import { useFreshWithTail, useLive, useTail } from '../live/use-live.js';
import { LiveBadge } from '../shell/live-badge.js';
import { latestOfAll } from '../streams/latest.js';
import { Icon } from '../ui/icon.js';
import { Failed, Loading, Notice } from '../ui/notice.js';
import { Text } from '../ui/text.js';
import { recentJourneys, type RecentJourney } from './recent.js';

/** A list of the latest journeys. */
export function RecentJourneys() {
  useTail('*');
  const tail = useLive((state) => state.tail);
  const { data, error, refetch } = useQuery({
    queryKey: ['latest of all'],
    queryFn: ({ signal }) => latestOfAll(signal),
  });
  const [frozen, setFrozen] = useState<readonly RecentJourney[] | null>(null);
  const live = recentJourneys(mergeEntries(tail.entries, data ?? [], Infinity));
  const journeys = frozen ?? live;
  useFreshWithTail(refetch);
  return (
    <section className="card card-ruled" aria-label="Latest journeys">
      <div className="card-head">
        <h2>Latest journeys</h2>
        <LiveBadge paused={frozen === null ? null : 'Paused'} />
        <button
          type="button"
          className="button"
          onClick={() => {
            setFrozen(frozen === null ? live : null);
          }}
        >
          <Icon name={frozen === null ? 'pause' : 'play'} />
          {frozen === null ? 'Pause' : 'Continue'}
        </button>
      </div>
      {journeys.length > 0 ? (
        <JourneyTable journeys={journeys} />
      ) : data !== undefined ? (
        <Notice icon="route" title="No journeys yet">
          <p>
            All events with the same correlation id are one journey. The first one appears here when it is published.
          </p>
        </Notice>
      ) : error !== null ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading what="journeys" />
      )}
    </section>
  );
}

function JourneyTable({ journeys }: { journeys: readonly RecentJourney[] }) {
  const tint = tintsOf(journeys.flatMap(({ entries }) => entries.map(({ stream }) => stream)));
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Latest journeys">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Began</th>
            <th scope="col">Correlation id</th>
            <th scope="col">Events</th>
            <th scope="col" className="num">
              So far
            </th>
          </tr>
        </thead>
        <tbody>
          {journeys.map(({ correlationId, latest, firstMs, entries }) => (
            <tr key={correlationId}>
              <td className="nowrap">{clock(firstMs)}</td>
              <td className="mono small nowrap">
                <Link href={places.journey(correlationId, latest.id)}>
                  <Text most={44}>{correlationId}</Text>
                </Link>
              </td>
              <td>
                <ol className="steps">
                  {entries.map((entry) => (
                    <li key={`${entry.stream} ${entry.id}`} className={`tint-${String(tint(entry.stream))}`}>
                      <span className="swatch" />
                      <Text most={40}>{entry.type ?? entry.stream}</Text>
                    </li>
                  ))}
                </ol>
              </td>
              <td className="num">{duration(latest.atMs - firstMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
