import { Link } from 'wouter';
import type { Journey, JourneyEvent, JourneyHandling } from '../../../src/contract/journey.js';
import { places } from '../api/paths.js';
import { plural } from '../format/numbers.js';
import { duration } from '../format/times.js';
import { entryKey } from '../live/tail.js';
import { tintsOf } from '../live/tints.js';
import { useParam } from '../shell/use-param.js';
import { Text } from '../ui/text.js';

/** The events of a journey as a list: who published each, what it answers, who handled it. */
export function EventList({ journey }: { journey: Journey }) {
  const tint = tintsOf(journey.events.map(({ entry }) => entry.stream));
  const byKey = new Map(journey.events.map((event) => [entryKey(event.entry), event]));
  return (
    <section className="card card-ruled" aria-labelledby="events-title">
      <div className="card-head">
        <h2 id="events-title">Events</h2>
        <p>each with its cause</p>
      </div>
      <ol className="journey-events">
        {journey.events.map((event) => (
          <EventItem
            key={entryKey(event.entry)}
            event={event}
            cause={event.cause === null ? undefined : byKey.get(entryKey(event.cause))}
            tint={tint(event.entry.stream)}
          />
        ))}
      </ol>
    </section>
  );
}

interface EventItemProps {
  event: JourneyEvent;
  cause: JourneyEvent | undefined;
  tint: number;
}

/** Answers deeper than this are not indented further. */
const MAX_INDENT = 6;

function EventItem({ event, cause, tint }: EventItemProps) {
  const [, openEntry] = useParam('entry');
  const { entry } = event;
  return (
    <li className={`tint-${String(tint)} depth-${String(Math.min(event.depth, MAX_INDENT))}`}>
      <span className="journey-time">+{duration(event.afterMs)}</span>
      <div className="journey-event">
        <div className="row">
          <span className="swatch" />
          <button
            type="button"
            className="link-button"
            onClick={() => {
              openEntry(`${entry.stream}/${entry.id}`);
            }}
          >
            <strong>
              <Text most={80}>{event.event.event_type}</Text>
            </strong>
          </button>
          <span className="quiet small">
            by <Text most={60}>{event.event.source}</Text> on <Text>{entry.stream}</Text>
          </span>
        </div>
        <p className="small quiet">
          {cause === undefined ? (
            event.event.causation_id === undefined ? (
              'begins the journey'
            ) : (
              'answers an event that was not found'
            )
          ) : (
            <>
              answers <Text most={60}>{cause.event.event_type}</Text>
              {event.sinceCauseMs === null ? '' : `, ${duration(event.sinceCauseMs)} after it`}
            </>
          )}
        </p>
        <ul className="row handlings">
          {event.handledBy.map((handling) => (
            <li key={handling.group}>
              <Handling handling={handling} stream={entry.stream} />
            </li>
          ))}
        </ul>
      </div>
    </li>
  );
}

const TONES: Record<JourneyHandling['state'], string> = {
  waiting: '',
  pending: 'badge-warn',
  'dead-lettered': 'badge-bad',
  replaying: 'badge-warn',
  settled: 'badge-good',
  unknown: '',
};

function Handling({ handling, stream }: { handling: JourneyHandling; stream: string }) {
  const failures = handling.attempts.reduce((sum, attempt) => sum + attempt.failures, 0);
  const crashes = handling.attempts.reduce((sum, attempt) => sum + attempt.crashes, 0);
  const notes = [
    wordOf(handling),
    failures > 0 ? plural(failures, 'failed attempt') : '',
    crashes > 0 ? plural(crashes, 'crash', 'crashes') : '',
  ].filter((note) => note !== '');
  const badge = (
    <span className={`badge ${TONES[handling.state]}`}>
      <Text most={60}>{handling.group}</Text>
      <span className="badge-note">{notes.join(', ')}</span>
    </span>
  );
  if (handling.deadLetterId === null) return badge;
  return <Link href={places.deadLetter(stream, handling.deadLetterId)}>{badge}</Link>;
}

function wordOf({ state, answers, answeredAfterMs, openMs }: JourneyHandling): string {
  if (answeredAfterMs !== null) {
    return `answered in ${duration(answeredAfterMs)}${answers.length > 1 ? ` with ${String(answers.length)}` : ''}`;
  }
  const open = openMs === null ? '' : ` for ${duration(openMs)}`;
  switch (state) {
    case 'waiting':
      return `waits${open}`;
    case 'pending':
      return `in work${open}`;
    case 'dead-lettered':
      return 'dead letter';
    case 'replaying':
      return 'replayed';
    case 'settled':
      return 'done';
    case 'unknown':
      return 'outcome not known';
  }
}
