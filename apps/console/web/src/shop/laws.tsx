import { useMutation } from '@tanstack/react-query';
import type { AuditView } from '../../../src/contract/shop.js';
import { post } from '../api/client.js';
import { count, plural } from '../format/numbers.js';
import { clock, duration } from '../format/times.js';
import { Icon } from '../ui/icon.js';
import { Notice } from '../ui/notice.js';
import { Text } from '../ui/text.js';

/** Whether each law of the shop holds. Checked on request only, because the check reads whole streams. */
export function Laws() {
  const audit = useMutation({ mutationFn: () => post<AuditView>('/api/shop/audit', {}) });
  return (
    <section className="card card-ruled" aria-labelledby="laws-title">
      <div className="card-head">
        <h2 id="laws-title">Laws</h2>
        {audit.data === undefined ? null : (
          <p>
            checked at {clock(audit.data.atMs)} in {duration(audit.data.tookMs)}
          </p>
        )}
        <button
          type="button"
          className="button"
          disabled={audit.isPending}
          onClick={() => {
            audit.mutate();
          }}
        >
          <Icon name="check" />{' '}
          {audit.isPending ? 'Checking …' : audit.data === undefined ? 'Check the laws' : 'Check again'}
        </button>
      </div>
      <div role="status">
        {audit.error !== null ? (
          <Notice icon="alert" title="The laws could not be checked" bad>
            <p>{audit.error.message}</p>
          </Notice>
        ) : audit.data === undefined ? (
          <p className="quiet laws-hint">
            Seven laws hold whenever no event waits, whatever crashed or was delivered twice: each order is there once,
            with one payment, one sale and one shipment of its items; stock adds up; the read models equal the streams;
            nothing is pending.
          </p>
        ) : (
          <Verdict audit={audit.data} />
        )}
      </div>
    </section>
  );
}

function Verdict({ audit }: { audit: AuditView }) {
  return (
    <>
      {audit.quiet ? null : (
        <p className="laws-hint callout-warn">
          {plural(audit.open.length, 'group')} still {audit.open.length === 1 ? 'has' : 'have'} events to handle, so a
          law can seem broken although it is not. Pause the customers and check again.
        </p>
      )}
      <ol className="laws">
        {audit.laws.map(({ law, title, checked, kept, problems, moreProblems }) => (
          <li key={law}>
            <span className={`badge ${kept ? 'badge-good' : audit.quiet ? 'badge-bad' : 'badge-warn'}`}>
              <Icon name={kept ? 'check' : 'alert'} />
              {kept ? 'kept' : audit.quiet ? 'broken' : 'open'}
            </span>
            <div>
              <p>
                <strong>{law}.</strong> <Text>{title}</Text>{' '}
                <span className="quiet small">{count(checked)} checked</span>
              </p>
              {problems.length === 0 ? null : (
                <ul className="small quiet">
                  {problems.slice(0, 3).map((problem) => (
                    <li key={problem}>
                      <Text most={300}>{problem}</Text>
                    </li>
                  ))}
                  {problems.length + moreProblems > 3 ? (
                    <li>and {count(problems.length + moreProblems - 3)} more</li>
                  ) : null}
                </ul>
              )}
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}
