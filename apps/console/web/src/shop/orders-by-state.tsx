import { count, percent } from '../format/numbers.js';
import { Text } from '../ui/text.js';

/** The states in the order in which an order passes them; unknown states are last. */
const ORDER = ['placed', 'paid', 'packed', 'shipped', 'declined'];
const TINTS: Record<string, number> = { placed: 7, paid: 1, packed: 2, shipped: 5, declined: 4 };

/** The orders by state, as one bar. */
export function OrdersByState({ byState }: { byState: Record<string, number> }) {
  const states = Object.keys(byState).sort((a, b) => rank(a) - rank(b));
  const all = Object.values(byState).reduce((sum, value) => sum + value, 0);
  return (
    <section className="card" aria-labelledby="states-title">
      <div className="card-head">
        <h2 id="states-title">Orders by state</h2>
      </div>
      <div className="card-body stack">
        <div className="state-bar" aria-hidden="true">
          {states.map((state) => (
            <span
              key={state}
              className={`tinted-fill tint-${String(TINTS[state] ?? 8)}`}
              style={{ flexGrow: byState[state] ?? 0 }}
            />
          ))}
        </div>
        {all === 0 ? (
          <p className="quiet">No orders yet.</p>
        ) : (
          <ul className="state-list">
            {states.map((state) => (
              <li key={state} className={`tint-${String(TINTS[state] ?? 8)}`}>
                <span className="swatch" />
                <Text>{state}</Text>
                <strong>{count(byState[state] ?? 0)}</strong>
                <span className="quiet small">{percent((byState[state] ?? 0) / all)}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function rank(state: string): number {
  const index = ORDER.indexOf(state);
  return index === -1 ? ORDER.length : index;
}
