import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { DeadLetterActionRequest, DeadLetterCause, DeadLetterPage } from '../../../src/contract/dead-letters.js';
import { ApiError, get } from '../api/client.js';
import { path, withQuery } from '../api/paths.js';
import { count, plural } from '../format/numbers.js';
import { Failed, Loading, Notice } from '../ui/notice.js';
import { Text } from '../ui/text.js';
import { ActionButtons } from './action-buttons.js';
import { ActionDialog } from './action-dialog.js';
import { CausePlace } from './causes.js';
import { DeadLettersTable } from './dead-letters-table.js';
import { reasonText } from './reasons.js';
import { useFreshDeadLetters } from './use-dead-letters.js';

/** All dead letters of one cause, to act on one, some, or all. */
export function CausePage({ causeId }: { causeId: string }) {
  useFreshDeadLetters();
  const base = path`/api/dead-letters/causes/${causeId}`;
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: [base],
    queryFn: ({ pageParam, signal }) => get<DeadLetterPage>(withQuery(base, { cursor: pageParam }), signal),
    initialPageParam: '',
    getNextPageParam: (last: DeadLetterPage) => last.next,
  });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [request, setRequest] = useState<DeadLetterActionRequest | null>(null);
  const cause = data?.pages.at(-1)?.cause;
  if (error instanceof ApiError && error.code === 'not-found') return <NoneLeft />;
  if (data === undefined || cause === undefined) {
    return (
      <div className="card">
        {error === null ? <Loading what="dead letters" /> : <Failed error={error} onRetry={() => void refetch()} />}
      </div>
    );
  }
  const deadLetters = data.pages.flatMap((page) => page.deadLetters);
  const some = deadLetters.filter(({ id }) => chosen.has(id)).map(({ id }) => id);
  return (
    <>
      <CauseHead cause={cause} />
      <section className="card card-ruled" aria-label="Dead letters">
        <div className="card-head">
          <h2 role="status">
            {some.length > 0
              ? `${count(some.length)} of ${count(cause.count)} chosen`
              : plural(cause.count, 'dead letter')}
          </h2>
          <div className="row">
            <ActionButtons
              count={some.length > 0 ? some.length : cause.count}
              onAct={(action) => {
                const selection =
                  some.length > 0 ? { stream: cause.stream, ids: some } : { causeId: cause.id, upTo: cause.sample.id };
                setRequest({ action, selection });
              }}
            />
          </div>
        </div>
        <DeadLettersTable deadLetters={deadLetters} chosen={chosen} onChoose={setChosen} />
        {hasNextPage ? (
          <div className="more">
            <button type="button" className="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Show more
            </button>
            <span className="quiet small">
              {count(deadLetters.length)} of {count(cause.count)} shown
            </span>
          </div>
        ) : null}
      </section>
      {request === null ? null : (
        <ActionDialog
          request={request}
          onDone={() => {
            setChosen(new Set());
          }}
          onClose={() => {
            setRequest(null);
          }}
        />
      )}
    </>
  );
}

function CauseHead({ cause }: { cause: DeadLetterCause }) {
  return (
    <div className="view-head">
      <div>
        <p className="small">
          <Link href="/dead-letters">Dead letters</Link> /
        </p>
        <h1>
          <Text most={120}>{cause.errorName}</Text>
        </h1>
        <p>
          <CausePlace cause={cause} />. {reasonText(cause.reason)}
        </p>
      </div>
    </div>
  );
}

function NoneLeft() {
  return (
    <div className="card">
      <Notice icon="check" title="No dead letters of this cause are left">
        <p>They were replayed or discarded. A replay that fails again is a dead letter again.</p>
        <Link href="/dead-letters" className="button">
          All dead letters
        </Link>
      </Notice>
    </div>
  );
}
