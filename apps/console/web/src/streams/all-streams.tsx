import { Link } from 'wouter';
import type { StreamList, StreamSummary } from '../../../src/contract/streams.js';
import { places } from '../api/paths.js';
import { useGet } from '../api/use-get.js';
import { count, plural, rate, shortCount } from '../format/numbers.js';
import { ago, duration } from '../format/times.js';
import { tintsOf } from '../live/tints.js';
import { useLive } from '../live/use-live.js';
import { useNow } from '../shell/use-now.js';
import { Failed, Loading, Notice } from '../ui/notice.js';
import { Text } from '../ui/text.js';
import { TailPanel } from './tail-panel.js';

const LOOK_EVERY_MS = 2000;

/** A table of the streams, and the latest entries of all of them. */
export function AllStreams() {
  const { data, error, refetch } = useGet<StreamList>({ path: '/api/streams', every: LOOK_EVERY_MS });
  return (
    <>
      <div className="view-head">
        <h1>Streams</h1>
        {data === undefined || data.complete ? null : <p>searching for more …</p>}
      </div>
      <section className="card" aria-label="All streams">
        {data !== undefined ? (
          <StreamTable streams={data.streams} />
        ) : error !== null ? (
          <Failed error={error} onRetry={() => void refetch()} />
        ) : (
          <Loading what="streams" />
        )}
      </section>
      {data !== undefined && data.streams.length > 0 ? <TailPanel stream={null} title="Latest entries of all" /> : null}
    </>
  );
}

function StreamTable({ streams }: { streams: readonly StreamSummary[] }) {
  const now = useNow();
  const live = useLive((state) => state.overview?.topology.nodes);
  const tint = tintsOf(streams.map(({ name }) => name));
  if (streams.length === 0) {
    return (
      <Notice icon="stream" title="No streams yet">
        <p>As soon as a service publishes its first event, its stream appears here.</p>
      </Notice>
    );
  }
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Streams">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Stream</th>
            <th scope="col" className="num">
              Entries
            </th>
            <th scope="col" className="num">
              A second
            </th>
            <th scope="col">Latest</th>
            <th scope="col">Groups</th>
            <th scope="col" className="num">
              Dead letters
            </th>
          </tr>
        </thead>
        <tbody>
          {streams.map((stream) => {
            const node = live?.find((candidate) => candidate.kind === 'stream' && candidate.name === stream.name);
            const perSecond = node?.kind === 'stream' ? node.perSecond : stream.perSecond;
            return (
              <StreamRow key={stream.name} stream={stream} perSecond={perSecond} tint={tint(stream.name)} now={now} />
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface StreamRowProps {
  stream: StreamSummary;
  perSecond: number | null;
  tint: number;
  now: number;
}

function StreamRow({ stream, perSecond, tint, now }: StreamRowProps) {
  return (
    <tr className={`tint-${String(tint)}`}>
      <td>
        <span className="stream-name">
          <span className="swatch" />
          <Link href={places.stream(stream.name)}>
            <strong>
              <Text>{stream.name}</Text>
            </strong>
          </Link>
          <code className="quiet">
            <Text>{stream.key}</Text>
          </code>
        </span>
      </td>
      <td className="num">{count(stream.length)}</td>
      <td className="num">{perSecond === null ? '–' : rate(perSecond)}</td>
      <td className="nowrap">
        {stream.last === null ? (
          <span className="quiet">empty</span>
        ) : (
          <>
            <Text>{stream.last.type ?? 'not an event'}</Text>{' '}
            <span className="quiet">{ago(now - stream.last.atMs)}</span>
          </>
        )}
      </td>
      <td>
        <GroupBadges groups={stream.groups} />
      </td>
      <td className="num">
        {stream.deadLetters === 0 ? (
          <span className="quiet">0</span>
        ) : (
          <Link href="/dead-letters">{count(stream.deadLetters)}</Link>
        )}
      </td>
    </tr>
  );
}

function GroupBadges({ groups }: { groups: StreamSummary['groups'] }) {
  if (groups.length === 0) return <span className="quiet">no group</span>;
  return (
    <span className="row">
      {groups.map((group) => {
        const isBehind = group.lagMs > 5000;
        return (
          <span
            key={group.name}
            className={isBehind ? 'badge badge-warn' : 'badge'}
            title={`${plural(group.consumers, 'consumer')}, ${plural(group.pending, 'event')} in work`}
          >
            <Text>{group.name}</Text>
            {isBehind
              ? ` ${group.lag === null ? '' : `${shortCount(group.lag)} behind, `}${duration(group.lagMs)}`
              : ''}
          </span>
        );
      })}
    </span>
  );
}
