import { Link } from 'wouter';
import type { DeliveryView } from '../../../src/contract/streams.js';
import { places } from '../api/paths.js';
import { plural } from '../format/numbers.js';
import { duration } from '../format/times.js';
import { Text } from '../ui/text.js';

const STATES: Record<DeliveryView['state'], { word: string; tone: string }> = {
  waiting: { word: 'waits', tone: '' },
  pending: { word: 'in work', tone: 'badge-warn' },
  'dead-lettered': { word: 'dead letter', tone: 'badge-bad' },
  replaying: { word: 'replayed', tone: 'badge-warn' },
  settled: { word: 'settled', tone: 'badge-good' },
  unknown: { word: 'not known', tone: '' },
};

/** The state of an entry in each group. */
export function Deliveries({ stream, deliveries }: { stream: string; deliveries: readonly DeliveryView[] }) {
  return (
    <section aria-label="State in each group">
      <h3 className="section-title">State in each group</h3>
      {deliveries.length === 0 ? (
        <p className="quiet small">No group reads this stream.</p>
      ) : (
        <ul className="deliveries">
          {deliveries.map((delivery) => (
            <li key={delivery.group}>
              <strong>
                <Text>{delivery.group}</Text>
              </strong>
              <span className={`badge ${STATES[delivery.state].tone}`}>{STATES[delivery.state].word}</span>
              <span className="quiet small">
                <DeliveryNote delivery={delivery} />
              </span>
              {delivery.deadLetterId === null ? null : (
                <Link className="small" href={places.deadLetter(stream, delivery.deadLetterId)}>
                  Open the dead letter
                </Link>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The consumer that holds it, since when, and the failed attempts. */
function DeliveryNote({ delivery }: { delivery: DeliveryView }) {
  const parts: string[] = [];
  if (delivery.consumer !== null) parts.push(`held by ${delivery.consumer}`);
  if (delivery.idleMs !== null) parts.push(`for ${duration(delivery.idleMs)}`);
  if (delivery.deliveries !== null && delivery.deliveries > 1) {
    parts.push(`delivered ${plural(delivery.deliveries, 'time')}`);
  }
  for (const { handler, failures, crashes } of delivery.attempts) {
    if (failures > 0) parts.push(`${handler} failed ${plural(failures, 'time')}`);
    if (crashes > 0) parts.push(`${plural(crashes, 'worker')} crashed in ${handler}`);
  }
  return <Text>{parts.join(', ')}</Text>;
}
