import type { DeadLetterHistory } from '../../../src/contract/dead-letters.js';
import { useGet } from '../api/use-get.js';
import { dateTime } from '../format/times.js';
import { Text } from '../ui/text.js';

const SHOWN = 50;

/** The replays and discards, by whom and why; nothing if there were none. */
export function History() {
  const { data } = useGet<DeadLetterHistory>({ path: `/api/dead-letters/history?count=${String(SHOWN)}` });
  if (data === undefined || data.actions.length === 0) return null;
  return (
    <section className="card card-ruled" aria-labelledby="history-title">
      <div className="card-head">
        <h2 id="history-title">What was done</h2>
        <p>latest first</p>
      </div>
      <div className="table-scroll" tabIndex={0} role="group" aria-labelledby="history-title">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">What</th>
              <th scope="col">Dead letter</th>
              <th scope="col">Group and handler</th>
              <th scope="col">By</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {data.actions.map((action) => (
              <tr key={`${action.stream} ${action.id}`}>
                <td className="nowrap">{dateTime(action.atMs)}</td>
                <td className="nowrap">
                  {action.edited ? 'edited and ' : ''}
                  {action.action}
                </td>
                <td className="mono small nowrap">
                  <Text>{`${action.stream} ${action.deadLetter}`}</Text>
                </td>
                <td className="nowrap">
                  <Text>{action.handler === '-' ? action.group : `${action.group}, ${action.handler}`}</Text>
                </td>
                <td>
                  {action.by === '' ? <span className="quiet">not given</span> : <Text most={80}>{action.by}</Text>}
                  {action.by === '' || action.isVerified ? null : <span className="quiet small"> (not logged in)</span>}
                </td>
                <td>
                  {action.why === '' ? <span className="quiet">not given</span> : <Text most={300}>{action.why}</Text>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
