import { count } from '../format/numbers.js';
import { Text } from '../ui/text.js';

/** The shipments of each carrier. */
export function Shipments({ byCarrier }: { byCarrier: Record<string, number> }) {
  const carriers = Object.entries(byCarrier).sort(([, a], [, b]) => b - a);
  const most = Math.max(1, ...carriers.map(([, value]) => value));
  return (
    <section className="card" aria-labelledby="carriers-title">
      <div className="card-head">
        <h2 id="carriers-title">Shipments by carrier</h2>
      </div>
      <div className="card-body">
        {carriers.length === 0 ? (
          <p className="quiet">Nothing was shipped yet.</p>
        ) : (
          <ul className="meters">
            {carriers.map(([carrier, value]) => (
              <li key={carrier}>
                <Text>{carrier}</Text>
                <span className="meter" aria-hidden="true">
                  <span style={{ width: `${String((value / most) * 100)}%` }} />
                </span>
                <strong>{count(value)}</strong>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}
