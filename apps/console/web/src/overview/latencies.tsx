import type { AnswerLatency } from '../../../src/contract/overview.js';
import { count } from '../format/numbers.js';
import { duration } from '../format/times.js';
import { Text } from '../ui/text.js';

/** The latency of each kind of answer, as a bar from the median to a high percentile. */
export function Latencies({ answers }: { answers: readonly AnswerLatency[] }) {
  const longest = Math.max(...answers.map(({ p99 }) => p99), 1);
  return (
    <section className="card" aria-labelledby="latencies-title">
      <div className="card-head">
        <h2 id="latencies-title">Answer latency</h2>
        <p>last half minute</p>
      </div>
      <div className="table-scroll" tabIndex={0} role="group" aria-labelledby="latencies-title">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">From an event to its answer</th>
              <th scope="col" className="latency-bars">
                <span className="visually-hidden">Latency as a bar</span>
              </th>
              <th scope="col" className="num">
                50%
              </th>
              <th scope="col" className="num">
                95%
              </th>
              <th scope="col" className="num">
                99%
              </th>
              <th scope="col" className="num">
                Seen
              </th>
            </tr>
          </thead>
          <tbody>
            {answers.map(({ cause, answer, p50, p95, p99, count: seen }) => (
              <tr key={`${cause} ${answer}`}>
                <td className="nowrap">
                  <Text>{cause}</Text> <span className="quiet">→</span> <Text>{answer}</Text>
                </td>
                <td className="latency-bars" aria-hidden="true">
                  <div className="latency-bar">
                    {[p99, p95, p50].map((value, index) => (
                      <span key={index} style={{ width: `${String((value / longest) * 100)}%` }} />
                    ))}
                  </div>
                </td>
                <td className="num">{duration(p50)}</td>
                <td className="num">{duration(p95)}</td>
                <td className="num">{duration(p99)}</td>
                <td className="num quiet">{count(seen)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
