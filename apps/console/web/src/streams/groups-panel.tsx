import type { ConsumerDetail, StreamDetail } from '../../../src/contract/streams.js';
import { count, plural, rate, shortCount } from '../format/numbers.js';
import { dateTime, duration } from '../format/times.js';
import { Notice } from '../ui/notice.js';
import { Text } from '../ui/text.js';
import { workerState } from '../ui/worker-state.js';

type Group = StreamDetail['groupDetails'][number];

/** The groups of a stream with their lag and consumers. */
export function GroupsPanel({ stream, groups }: { stream: string; groups: readonly Group[] }) {
  if (groups.length === 0) {
    return (
      <div className="card">
        <Notice icon="inbox" title="No group reads this stream">
          <p>
            A group appears here with the first worker that has a handler for an event type of <Text>{stream}</Text>.
          </p>
        </Notice>
      </div>
    );
  }
  return (
    <div className="stack">
      {groups.map((group) => (
        <GroupCard key={group.name} group={group} />
      ))}
    </div>
  );
}

function GroupCard({ group }: { group: Group }) {
  return (
    <section className="card card-ruled" aria-label={`Group ${group.name}`}>
      <div className="card-head">
        <h2>
          <Text>{group.name}</Text>
        </h2>
        {group.lagMs > 10_000 ? <span className="badge badge-warn">behind</span> : null}
      </div>
      <dl className="group-numbers">
        <Number name="waiting" value={group.lag === null ? 'not known' : shortCount(group.lag)} />
        <Number name="the oldest waits" value={duration(group.lagMs)} />
        <Number name="in work" value={shortCount(group.pending)} />
        <Number
          name="the oldest in work"
          value={group.oldestPendingMs === null ? '–' : duration(group.oldestPendingMs)}
        />
        <Number name="settled" value={group.perSecond === null ? '–' : `${rate(group.perSecond)}/s`} />
        <Number name="delivered up to" value={group.lastDeliveredId} mono />
      </dl>
      {group.consumerDetails.length === 0 ? (
        <p className="quiet more">No consumers: nothing of this stream is handled for this group.</p>
      ) : (
        <Consumers group={group.name} consumers={group.consumerDetails} />
      )}
    </section>
  );
}

function Number({ name, value, mono = false }: { name: string; value: string; mono?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={mono ? 'mono' : ''}>{value}</dd>
    </div>
  );
}

function Consumers({ group, consumers }: { group: string; consumers: readonly ConsumerDetail[] }) {
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={`Consumers of ${group}`}>
      <table className="table">
        <caption className="visually-hidden">{plural(consumers.length, 'consumer')}</caption>
        <thead>
          <tr>
            <th scope="col">Consumer</th>
            <th scope="col">State</th>
            <th scope="col">Service</th>
            <th scope="col" className="num">
              Pending
            </th>
            <th scope="col" className="num">
              Idle
            </th>
            <th scope="col">Last seen</th>
          </tr>
        </thead>
        <tbody>
          {consumers.map((consumer) => {
            const { word, tone } = workerState(consumer.state);
            return (
              <tr key={consumer.name}>
                <td className="mono small nowrap">
                  <Text>{consumer.name}</Text>
                </td>
                <td>
                  <span className={`badge ${tone === 'unknown' ? '' : `badge-${tone}`}`}>
                    <span className="dot" />
                    {word}
                  </span>
                </td>
                <td className="nowrap">
                  {consumer.source === null ? <span className="quiet">not known</span> : <Text>{consumer.source}</Text>}
                </td>
                <td className="num">{count(consumer.pending)}</td>
                <td className="num">{duration(consumer.idleMs)}</td>
                <td className="nowrap quiet">{dateTime(consumer.lastSeenMs)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
