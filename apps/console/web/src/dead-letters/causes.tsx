import { useState } from 'react';
import { Link } from 'wouter';
import type { DeadLetterActionRequest, DeadLetterCause, DeadLetterGroups } from '../../../src/contract/dead-letters.js';
import { places } from '../api/paths.js';
import { useGet } from '../api/use-get.js';
import { count, plural } from '../format/numbers.js';
import { ago, dateTime } from '../format/times.js';
import { useNow } from '../shell/use-now.js';
import { Failed, Loading, Notice } from '../ui/notice.js';
import { Text } from '../ui/text.js';
import { kindsOf, type Kind } from './kinds.js';
import { ActionButtons } from './action-buttons.js';
import { ActionDialog } from './action-dialog.js';
import { reasonText } from './reasons.js';
import { useFreshDeadLetters } from './use-dead-letters.js';

/** Dead letters, grouped by cause, the largest group first. */
export function Causes() {
  useFreshDeadLetters();
  const { data, error, refetch } = useGet<DeadLetterGroups>({ path: '/api/dead-letters' });
  const [request, setRequest] = useState<DeadLetterActionRequest | null>(null);
  const now = useNow();
  if (data === undefined) {
    return (
      <div className="card">
        {error === null ? <Loading what="dead letters" /> : <Failed error={error} onRetry={() => void refetch()} />}
      </div>
    );
  }
  if (data.causes.length === 0) {
    return (
      <div className="card">
        <Notice icon="check" title="No dead letters">
          <p>
            Every event was handled, or is still being retried. Events that a group gives up appear here, with the
            cause.
          </p>
        </Notice>
      </div>
    );
  }
  return (
    <section className="stack" aria-label="Causes">
      {data.isComplete ? null : (
        <p className="quiet">
          The newest {count(data.lookedAt)} of {plural(data.total, 'dead letter')} were looked at.
        </p>
      )}
      {kindsOf(data.causes).map((kind) => (
        <KindCard key={kind.id} kind={kind} now={now} onAct={setRequest} />
      ))}
      {request === null ? null : (
        <ActionDialog
          request={request}
          onClose={() => {
            setRequest(null);
          }}
        />
      )}
    </section>
  );
}

interface KindCardProps {
  kind: Kind;
  now: number;
  onAct: (request: DeadLetterActionRequest) => void;
}

/** One kind of failure: an entry that cannot be decoded is a dead letter of every group, for the same cause. */
function KindCard({ kind: { first, count: total, causes }, now, onAct }: KindCardProps) {
  const types = first.eventTypes.length === 0 ? 'entries' : first.eventTypes.join(', ');
  return (
    <article className="card cause" aria-label={`${first.errorName}, ${plural(total, 'dead letter')}`}>
      <div className="cause-count">
        <strong>{count(total)}</strong>
        <span className="badge badge-bad" title={reasonText(first.reason)}>
          {first.reason}
        </span>
      </div>
      <div className="cause-body">
        <h2>
          <Text most={120}>{first.errorName}</Text>
        </h2>
        <p className="cause-message mono">
          <Text most={400}>{first.errorPattern}</Text>
        </p>
        <p className="small quiet">
          <Text most={200}>{types}</Text> of <Link href={places.stream(first.stream)}>{first.stream}</Link>.{' '}
          {reasonText(first.reason)}
        </p>
      </div>
      <ul className="cause-groups">
        {causes.map((cause) => (
          <CauseOfGroup key={cause.id} cause={cause} now={now} onAct={onAct} />
        ))}
      </ul>
    </article>
  );
}

/** The dead letters of one group for this cause: when, and what can be done. */
function CauseOfGroup({ cause, now, onAct }: { cause: DeadLetterCause } & Pick<KindCardProps, 'now' | 'onAct'>) {
  return (
    <li>
      <div className="cause-group">
        <strong>
          <Text>{cause.group}</Text>
        </strong>{' '}
        {cause.handler === '-' ? null : (
          <span className="quiet small">
            <Text most={120}>{cause.handler}</Text>
          </span>
        )}
        <span className="quiet small">
          last <span title={dateTime(cause.lastMs)}>{ago(now - cause.lastMs)}</span>
          {cause.count > 1 ? (
            <>
              , first <span title={dateTime(cause.firstMs)}>{ago(now - cause.firstMs)}</span>
            </>
          ) : null}
        </span>
      </div>
      <div className="cause-actions">
        <Link className="button" href={places.cause(cause.id)}>
          Look at {cause.count === 1 ? 'it' : `all ${count(cause.count)}`}
        </Link>
        <ActionButtons
          count={cause.count}
          onAct={(action) => {
            onAct({ action, selection: { causeId: cause.id, upTo: cause.sample.id } });
          }}
        />
      </div>
    </li>
  );
}

/** Where a cause occurred: event types of a stream, in a handler of a group. */
export function CausePlace({ cause }: { cause: DeadLetterCause }) {
  const types = cause.eventTypes.length === 0 ? 'entries' : cause.eventTypes.join(', ');
  const handler = cause.handler === '-' ? 'before any handler' : `in ${cause.handler}`;
  return (
    <>
      <Text most={200}>{types}</Text> of <Link href={places.stream(cause.stream)}>{cause.stream}</Link>,{' '}
      <Text most={120}>{handler}</Text> of <Text>{cause.group}</Text>
    </>
  );
}
