import { Link } from 'wouter';
import type { StreamDetail } from '../../../src/contract/streams.js';
import { path } from '../api/paths.js';
import { useGet } from '../api/use-get.js';
import { count, rate, shortCount } from '../format/numbers.js';
import { ago, duration } from '../format/times.js';
import { useSearchParams } from '../shell/use-search-params.js';
import { useParam } from '../shell/use-param.js';
import { useNow } from '../shell/use-now.js';
import { Failed, Loading } from '../ui/notice.js';
import { Segments } from '../ui/segments.js';
import { Stat } from '../ui/stat.js';
import { Text } from '../ui/text.js';
import { EntryFilterForm, filterOf, isFiltered } from './entry-filter.js';
import { GroupsPanel } from './groups-panel.js';
import { SearchPanel } from './search-panel.js';
import { TailPanel } from './tail-panel.js';

const LOOK_EVERY_MS = 2000;

/** One stream: its entries, live or searched, and its groups. */
export function StreamPage({ stream }: { stream: string }) {
  const { data, error, refetch } = useGet<StreamDetail>({ path: path`/api/streams/${stream}`, every: LOOK_EVERY_MS });
  const [tab, setTab] = useParam('tab');
  const shown = tab === 'groups' ? 'groups' : 'entries';
  return (
    <>
      <div className="view-head">
        <div>
          <p className="small">
            <Link href="/streams">Streams</Link> /
          </p>
          <h1>
            <Text>{stream}</Text>
          </h1>
        </div>
        <Segments
          label="Part of the stream"
          value={shown}
          options={[
            { value: 'entries', label: 'Entries' },
            {
              value: 'groups',
              label:
                data === undefined ? 'Groups and consumers' : `Groups and consumers (${count(data.groups.length)})`,
            },
          ]}
          onChange={(value) => {
            setTab(value === 'groups' ? 'groups' : null);
          }}
        />
      </div>
      {data === undefined && error !== null ? (
        <div className="card">
          <Failed error={error} onRetry={() => void refetch()} />
        </div>
      ) : (
        <>
          {data === undefined ? (
            <div className="card">
              <Loading what="the stream" lines={2} />
            </div>
          ) : (
            <StreamStats detail={data} />
          )}
          {shown === 'entries' ? (
            <Entries stream={stream} />
          ) : data === undefined ? (
            <div className="card">
              <Loading what="groups" />
            </div>
          ) : (
            <GroupsPanel stream={stream} groups={data.groupDetails} />
          )}
        </>
      )}
    </>
  );
}

function Entries({ stream }: { stream: string }) {
  const [params] = useSearchParams();
  const filter = filterOf(params);
  const search = isFiltered(filter);
  return (
    <>
      <EntryFilterForm key={params.toString()} stream={stream} />
      {search ? <SearchPanel stream={stream} filter={filter} /> : <TailPanel stream={stream} title="Entries" />}
    </>
  );
}

function StreamStats({ detail }: { detail: StreamDetail }) {
  const now = useNow();
  const lag = detail.groups.some((group) => group.lag === null)
    ? null
    : detail.groups.reduce((sum, group) => sum + (group.lag ?? 0), 0);
  const lagMs = Math.max(0, ...detail.groups.map((group) => group.lagMs));
  return (
    <section className="stats" aria-label="The stream in numbers">
      <Stat
        label="Entries"
        value={shortCount(detail.length)}
        note={
          detail.entriesAdded > detail.length ? `${shortCount(detail.entriesAdded)} were ever appended` : 'all are kept'
        }
      />
      <Stat label="Appended" value={detail.perSecond === null ? '–' : rate(detail.perSecond)} unit="/s" />
      <Stat
        label="Latest"
        value={detail.last === null ? '–' : ago(now - detail.last.atMs)}
        note={detail.first === null ? 'empty' : `the first ${ago(now - detail.first.atMs)}`}
      />
      <Stat
        label="Waiting"
        value={lag === null ? 'not known' : shortCount(lag)}
        note={lagMs > 0 ? `the oldest for ${duration(lagMs)}` : 'of all groups'}
        tone={lagMs > 10_000 ? 'warn' : undefined}
      />
      <Stat
        label="Dead letters"
        value={shortCount(detail.deadLetters)}
        note={detail.deadLetters === 0 ? 'none' : 'look at their causes'}
        tone={detail.deadLetters > 0 ? 'bad' : undefined}
        href={detail.deadLetters > 0 ? '/dead-letters' : undefined}
      />
    </section>
  );
}
