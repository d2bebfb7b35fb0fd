import './actions.css';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ActionEntry, ActionPage } from '../../../src/contract/actions.js';
import { get } from '../api/client.js';
import { withQuery } from '../api/paths.js';
import { ROOT } from '../api/root.js';
import { isTransient } from '../api/use-get.js';
import { count } from '../format/numbers.js';
import { dateTime } from '../format/times.js';
import { useTitle } from '../shell/use-title.js';
import { Failed, Loading, Notice } from '../ui/notice.js';
import { Text } from '../ui/text.js';

const PAGE = 50;
const REFRESH_MS = 10_000;
/** Ids of an action that are shown; the file has all of them. */
const SHOWN_IDS = 3;

/** The labels of the actions. Entries that something other than a console wrote can have other names. */
const NAMES: Readonly<Partial<Record<string, string>>> = {
  replay: 'Replay',
  'edit-and-replay': 'Edit and replay',
  discard: 'Discard',
  'place-order': 'Place an order',
  'start-simulation': 'Start the simulation',
  'stop-simulation': 'Stop the simulation',
  'set-gateway': 'Set the gateway',
};

/** The changes made by this console, and who made them. */
export function ActionsView() {
  useTitle('Actions');
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['/api/actions'],
    queryFn: ({ pageParam, signal }) =>
      get<ActionPage>(withQuery('/api/actions', { cursor: pageParam, count: PAGE }), signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    // Not while several pages are shown: entries would move from the first page to the second.
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 1 ? false : REFRESH_MS),
    retry: (failures, failure) => failures < 2 && isTransient(failure),
  });
  const actions = data?.pages.flatMap((page) => page.actions);
  return (
    <>
      <div className="view-head">
        <div>
          <h1>Actions</h1>
          <p>The changes made by this console: who did what, when and why, and the outcome.</p>
        </div>
        <div className="row">
          <a className="button" href={`${ROOT}api/actions/export?format=csv`} download>
            Export as CSV
          </a>
          <a className="button" href={`${ROOT}api/actions/export?format=jsonl`} download>
            Export as JSON lines
          </a>
        </div>
      </div>
      <div className="card">
        {actions === undefined ? (
          error === null ? (
            <Loading what="the actions" />
          ) : (
            <Failed error={error} onRetry={() => void refetch()} />
          )
        ) : actions.length === 0 ? (
          <Notice icon="inbox" title="No changes yet">
            <p>
              Replays, discards, orders, and changes of the simulation and the gateway are logged here before they run.
            </p>
          </Notice>
        ) : (
          <ActionTable actions={actions} />
        )}
      </div>
      {hasNextPage ? (
        <button type="button" className="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {isFetchingNextPage ? 'Loading …' : 'Show earlier changes'}
        </button>
      ) : null}
    </>
  );
}

function ActionTable({ actions }: { actions: readonly ActionEntry[] }) {
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Actions">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">Target</th>
            <th scope="col">Why</th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          {actions.map((action) => (
            <tr key={action.id}>
              <td className="nowrap">{dateTime(action.atMs)}</td>
              <td>
                <Actor action={action} />
              </td>
              <td>
                <Text>{NAMES[action.action] ?? action.action}</Text>
                {action.details === '' ? null : (
                  <div className="quiet small">
                    <Text most={120}>{action.details}</Text>
                  </div>
                )}
              </td>
              <td>
                <Targets action={action} />
              </td>
              <td>
                {action.why === '' ? <span className="quiet">not given</span> : <Text most={300}>{action.why}</Text>}
              </td>
              <td>
                <Outcome action={action} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Actor({ action: { by, isVerified, role, address } }: { action: ActionEntry }) {
  return (
    <>
      {by === '' ? <span className="quiet">not given</span> : <Text most={80}>{by}</Text>}
      <div className="quiet small">
        {isVerified ? role : 'not logged in'} · <Text most={60}>{address}</Text>
      </div>
    </>
  );
}

function Targets({ action: { target, ids, count: all } }: { action: ActionEntry }) {
  const shown = ids.slice(0, SHOWN_IDS);
  const more = all - shown.length;
  return (
    <>
      <Text most={80}>{target}</Text>
      {shown.map((id) => (
        <div key={id} className="mono small nowrap">
          <Text most={60}>{id}</Text>
        </div>
      ))}
      {more > 0 ? <div className="quiet small">and {count(more)} more</div> : null}
    </>
  );
}

function Outcome({ action: { outcome, result } }: { action: ActionEntry }) {
  const [tone, word] =
    outcome === 'done'
      ? ['badge-good', 'done']
      : outcome === 'failed'
        ? ['badge-bad', 'failed']
        : ['badge-warn', 'not known'];
  return (
    <>
      <span className={`badge ${tone}`}>{word}</span>
      <div className="quiet small action-result">
        {outcome === null ? (
          'It is running, or the console stopped before it could log the outcome.'
        ) : (
          <Text most={300}>{result}</Text>
        )}
      </div>
    </>
  );
}
