import type { Totals } from '../../../src/contract/overview.js';
import { rate, shortCount } from '../format/numbers.js';
import { duration } from '../format/times.js';
import { useLive } from '../live/use-live.js';
import { Stat } from '../ui/stat.js';

/** From which lag on the number is highlighted, in milliseconds. */
const NOTABLE_LAG_MS = 10_000;

/** The totals, as six numbers. */
export function TotalsRow({ totals }: { totals: Totals }) {
  const journey = useLive((state) => state.points.findLast((point) => point.journeyMs !== null)?.journeyMs ?? null);
  return (
    <section className="stats" aria-label="In numbers">
      <Stat label="Published" value={orDash(totals.publishedPerSecond, rate)} unit="/s" />
      <Stat label="Handled" value={orDash(totals.handledPerSecond, rate)} unit="/s" note="by all groups" />
      <Stat
        label="Waiting"
        value={orDash(totals.lag, shortCount)}
        note={totals.lagMs > 0 ? `the oldest for ${duration(totals.lagMs)}` : 'nothing undelivered'}
        tone={totals.lagMs > NOTABLE_LAG_MS ? 'warn' : undefined}
      />
      <Stat label="In work" value={shortCount(totals.pending)} note="delivered, not settled" />
      <Stat
        label="First to latest event"
        value={journey === null ? '–' : duration(journey.p50)}
        note={journey === null ? 'of one correlation id' : `95%: ${duration(journey.p95)}`}
      />
      <Stat
        label="Dead letters"
        value={shortCount(totals.deadLetters)}
        note={totals.deadLetters === 0 ? 'none' : 'look at their causes'}
        tone={totals.deadLetters > 0 ? 'bad' : undefined}
        href={totals.deadLetters > 0 ? '/dead-letters' : undefined}
      />
    </section>
  );
}

function orDash(value: number | null, format: (value: number) => string): string {
  return value === null ? '–' : format(value);
}
