import { useMemo, useState } from 'react';
import type { SeriesPoint } from '../../../src/contract/overview.js';
import { rate, shortCount } from '../format/numbers.js';
import { duration } from '../format/times.js';
import { columns } from '../live/series.js';
import { tintsOf } from '../live/tints.js';
import { useLive } from '../live/use-live.js';
import { Chart } from '../ui/chart.js';
import type { ChartSeries } from '../ui/plot.js';
import { Segments } from '../ui/segments.js';

const SPANS = [
  { value: '120', label: '2 min' },
  { value: '300', label: '5 min' },
  { value: '900', label: '15 min' },
] as const;

/** The most lines of one chart, so that it stays readable. */
const MAX_LINES = 8;

type Span = (typeof SPANS)[number]['value'];

/** Rates and times of the last minutes. */
export function Charts() {
  const [span, setSpan] = useState<Span>('120');
  const all = useLive((state) => state.points);
  const seconds = Number(span);
  const points = useMemo(() => {
    const fromMs = (all.at(-1)?.atMs ?? 0) - seconds * 1000;
    return all.filter((point) => point.atMs >= fromMs);
  }, [all, seconds]);
  return (
    <section aria-labelledby="charts-title" className="stack">
      <div className="row spread">
        <h2 id="charts-title">Over time</h2>
        <Segments label="Time span" options={SPANS} value={span} onChange={setSpan} />
      </div>
      <div className="charts">
        <ByName
          title="Published"
          note="events a second, by stream"
          points={points}
          span={seconds}
          read={(point) => point.published}
          format={rate}
        />
        <ByName
          title="Handled"
          note="events a second, by group"
          points={points}
          span={seconds}
          read={(point) => point.handled}
          format={rate}
        />
        <AnswerTimes points={points} span={seconds} />
        <ByName
          title="Waiting"
          note="undelivered events, by group"
          points={points}
          span={seconds}
          read={(point) => point.lag}
          format={shortCount}
          least={4}
        />
      </div>
    </section>
  );
}

interface ByNameProps {
  title: string;
  note: string;
  points: readonly SeriesPoint[];
  span: number;
  read: (point: SeriesPoint) => Record<string, number | null>;
  format: (value: number) => string;
  least?: number;
}

function ByName({ title, note, points, span, read, format, least = 1 }: ByNameProps) {
  const all = [...new Set(points.flatMap((point) => Object.keys(read(point))))].sort();
  const names = all.slice(0, MAX_LINES);
  const tint = tintsOf(names);
  const series = names.map((name): ChartSeries => ({ name, tint: tint(name) }));
  const data = columns(
    points,
    names.map((name) => (point) => read(point)[name]),
  );
  const more = all.length - names.length;
  return (
    <ChartCard title={title} note={more > 0 ? `${note}; ${String(more)} more are not drawn` : note}>
      <Chart label={`${title}: ${note}`} series={series} data={data} format={format} span={span} least={least} />
    </ChartCard>
  );
}

const PERCENTILES: ChartSeries[] = [
  { name: '50%', tint: 1 },
  { name: '95%', tint: 2 },
  { name: '99%', tint: 4 },
  { name: 'first to latest event, 50%', tint: 3, dashed: true },
];

function AnswerTimes({ points, span }: { points: readonly SeriesPoint[]; span: number }) {
  const data = columns(points, [
    (point) => point.answerMs?.p50,
    (point) => point.answerMs?.p95,
    (point) => point.answerMs?.p99,
    (point) => point.journeyMs?.p50,
  ]);
  return (
    <ChartCard title="Time to answer" note="from an event to the one that answers it">
      <Chart
        label="Time to answer, percentiles"
        series={PERCENTILES}
        data={data}
        format={duration}
        span={span}
        least={10}
      />
    </ChartCard>
  );
}

function ChartCard({ title, note, children }: { title: string; note: string; children: React.ReactNode }) {
  return (
    <div className="card">
      <div className="card-head">
        <h3>
          {title} <span className="quiet chart-note">{note}</span>
        </h3>
      </div>
      <div className="card-body">{children}</div>
    </div>
  );
}
