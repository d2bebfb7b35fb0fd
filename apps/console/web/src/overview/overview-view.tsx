import './overview.css';
import { isOutage, livenessOf } from '../live/liveness.js';
import { useLive } from '../live/use-live.js';
import { useTitle } from '../shell/use-title.js';
import { Loading, Notice } from '../ui/notice.js';
import { Charts } from './charts.js';
import { Findings } from './findings.js';
import { Latencies } from './latencies.js';
import { Topology } from './topology/topology.js';
import { TotalsRow } from './totals-row.js';

/** The overview: problems, totals, topology and charts. */
export function OverviewView() {
  useTitle('Overview');
  const overview = useLive((state) => state.overview);
  const isStale = useLive((state) => isOutage(livenessOf(state)));
  const isRedisGone = useLive((state) => state.redis?.isUp === false);
  if (overview === null) {
    return (
      <>
        <h1 className="visually-hidden">Overview</h1>
        <div className="card">
          {isRedisGone ? (
            <Notice icon="unplugged" title="Nothing to show yet">
              <p>Redis has not answered since this page was opened. The overview appears with its first answer.</p>
            </Notice>
          ) : (
            <Loading what="the overview" lines={9} />
          )}
        </div>
      </>
    );
  }
  const isEmpty = overview.topology.nodes.length === 0;
  return (
    <>
      <h1 className="visually-hidden">Overview</h1>
      <Findings overview={overview} isStale={isStale} />
      <TotalsRow totals={overview.totals} />
      <section className={isStale ? 'card stale' : 'card'} aria-labelledby="topology-title">
        <div className="card-head">
          <h2 id="topology-title">Topology</h2>
          <TopologyKey />
        </div>
        <div className="card-body">
          {isEmpty ? (
            <Notice icon="stream" title="No streams yet">
              <p>As soon as a service publishes its first event, its stream appears here.</p>
            </Notice>
          ) : (
            <Topology topology={overview.topology} />
          )}
        </div>
      </section>
      <Charts />
      {overview.answers.length === 0 ? null : <Latencies answers={overview.answers} />}
    </>
  );
}

function TopologyKey() {
  return (
    <ul className="legend topology-key">
      <li>
        <span className="key-line" /> wider: more events
      </li>
      <li>
        <span className="key-line key-warning" /> behind
      </li>
      <li>
        <span className="key-line key-critical" /> in trouble
      </li>
    </ul>
  );
}
