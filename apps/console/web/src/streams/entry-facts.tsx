import type { EntryDetail } from '../../../src/contract/streams.js';
import { bytes } from '../format/numbers.js';
import { clock, dateTime } from '../format/times.js';
import { Fact, Facts } from '../ui/facts.js';
import { Text } from '../ui/text.js';

/** The facts of an entry: those of Redis, and its envelope without the payload. */
export function EntryFacts({ entry }: { entry: EntryDetail }) {
  const { event } = entry;
  return (
    <Facts>
      <Fact name="Appended">
        {dateTime(entry.atMs)} <span className="quiet">({clock(entry.atMs)})</span>
      </Fact>
      {event === null ? null : (
        <>
          <Fact name="Event id" copy={event.event_id} />
          <Fact name="Version">
            <Text>{event.version}</Text>
          </Fact>
          <Fact name="Published by">
            <Text>{event.source}</Text>
          </Fact>
          <Fact name="Timestamp">
            <Text>{event.timestamp}</Text>
          </Fact>
          {event.partition_key === undefined ? null : <Fact name="Partition key" copy={event.partition_key} />}
          {event.correlation_id === undefined ? null : <Fact name="Correlation id" copy={event.correlation_id} />}
          {event.causation_id === undefined ? null : <Fact name="Answers event" copy={event.causation_id} />}
          {event.traceparent === undefined ? null : <Fact name="Trace" copy={event.traceparent} />}
        </>
      )}
      <Fact name="Size">{bytes(entry.size)}</Fact>
    </Facts>
  );
}
