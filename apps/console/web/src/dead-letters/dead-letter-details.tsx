import { Link } from 'wouter';
import type { DeadLetterView } from '../../../src/contract/dead-letters.js';
import { places } from '../api/paths.js';
import { plural } from '../format/numbers.js';
import { dateTime, duration } from '../format/times.js';
import { CutNote, RawFields } from '../streams/raw-fields.js';
import { Fact, Facts } from '../ui/facts.js';
import { Icon } from '../ui/icon.js';
import { Json } from '../ui/json.js';
import { Text, TextBlock } from '../ui/text.js';
import { reasonText } from './reasons.js';

/** A dead letter: why it was given up, by whom, and its event. */
export function DeadLetterDetails({ deadLetter }: { deadLetter: DeadLetterView }) {
  const { event } = deadLetter;
  return (
    <>
      <div className="callout callout-bad">
        <Icon name="alert" />
        <div>
          <strong>{reasonText(deadLetter.reason)}</strong>
          <p className="mono small dead-letter-message">
            <Text>{deadLetter.errorMessage}</Text>
          </p>
        </div>
      </div>
      <DeadLetterFacts deadLetter={deadLetter} />
      {event?.correlation_id === undefined ? null : (
        <Link className="button" href={places.journey(event.correlation_id, deadLetter.entryId)}>
          <Icon name="route" /> Follow its journey
        </Link>
      )}
      {deadLetter.errorStack === '' ? null : (
        <section aria-label="Stack">
          <h3 className="section-title">Stack</h3>
          <TextBlock label="Stack">{deadLetter.errorStack}</TextBlock>
        </section>
      )}
      <CutNote of={deadLetter} />
      <section aria-label="Payload">
        <h3 className="section-title">{event === null ? 'Fields of the entry, as they are' : 'Payload'}</h3>
        {deadLetter.payload === null ? (
          <RawFields fields={deadLetter.fields} />
        ) : (
          <Json payload={deadLetter.payload} label="Payload" />
        )}
      </section>
    </>
  );
}

function DeadLetterFacts({ deadLetter }: { deadLetter: DeadLetterView }) {
  const { stream, entryId, group, handler, partitionKey, firstFailedMs, lastFailedMs } = deadLetter;
  const isBeforeHandlers = handler === '-';
  return (
    <Facts>
      <Fact name="Given up by">
        <Text>{group}</Text>
        {isBeforeHandlers ? ', before any handler' : null}
      </Fact>
      {isBeforeHandlers ? null : (
        <Fact name="Handler">
          <Text>{handler}</Text>
        </Fact>
      )}
      <Fact name="Attempts">{attemptsText(deadLetter)}</Fact>
      <Fact name="First failed">{dateTime(firstFailedMs)}</Fact>
      <Fact name="Last failed">{dateTime(lastFailedMs)}</Fact>
      <Fact name="Original">
        <Link href={places.entry(stream, entryId)}>
          <Text>{`${stream} ${entryId}`}</Text>
        </Link>
      </Fact>
      {partitionKey === null ? null : <Fact name="Partition key" copy={partitionKey} />}
    </Facts>
  );
}

function attemptsText({ attempts, replays, firstFailedMs, lastFailedMs }: DeadLetterView): string {
  const took = lastFailedMs > firstFailedMs ? ` in ${duration(lastFailedMs - firstFailedMs)}` : '';
  const before = replays > 0 ? `, replayed ${plural(replays, 'time')} before` : '';
  return `${plural(attempts, 'attempt')}${took}${before}`;
}
