import uPlot from 'uplot';

/** One line of a chart. */
export interface ChartSeries {
  name: string;
  /** 1 to 8: which of the palette's colours. */
  tint: number;
  dashed?: boolean;
}

/** What the lines look like. */
export interface PlotLook {
  series: readonly ChartSeries[];
  format: (value: number) => string;
  /** The smallest maximum of the scale. */
  least: number;
  /** In pixels. */
  height: number;
}

/** Times in seconds, then a column for each series. */
export type PlotData = readonly [readonly number[], ...(readonly (number | null)[])[]];

/** What the plot asks its owner for, and tells it. */
export interface PlotOwner {
  /** The latest data. */
  data: () => PlotData;
  /** The most seconds that are shown. */
  span: () => number;
  /** Which point the mouse is at; null if it is outside. */
  onCursor: (index: number | null) => void;
}

/** The shortest time that a chart shows, in seconds. */
const MIN_SPAN = 30;

/** Draws lines on a canvas in `element`, in the colours of the current theme. */
export function drawPlot(element: HTMLElement, { series, format, least, height }: PlotLook, owner: PlotOwner): uPlot {
  const colour = colourReader(element);
  const options: uPlot.Options = {
    width: element.clientWidth,
    height,
    legend: { show: false },
    padding: [8, 4, 0, 0],
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    scales: {
      x: { time: true, range: () => rangeOf(owner.data()[0], owner.span()) },
      y: { range: (_plot, _min, max) => [0, niceTop(max, least)] },
    },
    axes: [
      axis(colour, { space: 72, size: 26, values: (_plot, ticks) => ticks.map(timeLabel) }),
      axis(colour, { space: 34, size: 52, values: (_plot, ticks) => ticks.map((tick) => format(tick)) }),
    ],
    series: [{}, ...series.map((one) => lineOf(one, colour, series.length === 1))],
    hooks: {
      setCursor: [
        ({ cursor }) => {
          owner.onCursor(cursor.idx ?? null);
        },
      ],
    },
  };
  return new uPlot(options, owner.data() as uPlot.AlignedData, element);
}

/** The first and the last second that the chart shows. */
function rangeOf(times: readonly number[], span: number): [from: number, to: number] {
  const end = times.at(-1) ?? Date.now() / 1000;
  const first = times[0] ?? end;
  return [Math.max(end - span, Math.min(first, end - MIN_SPAN)), end];
}

function lineOf({ name, tint, dashed }: ChartSeries, colour: ColourReader, isOnly: boolean): uPlot.Series {
  const variable = `--c${String(tint)}`;
  return {
    label: name,
    stroke: colour(variable),
    width: 1.75,
    points: { show: false },
    ...(dashed ? { dash: [4, 4] } : {}),
    ...(isOnly ? { fill: colour(variable, 0.1) } : {}),
  };
}

type ColourReader = (name: string, alpha?: number) => string;

/** The colours of the palette in a form for a canvas. */
function colourReader(element: HTMLElement): ColourReader {
  return (name, alpha = 1) => {
    const probe = document.createElement('i');
    probe.style.color = `color-mix(in srgb, var(${name}) ${String(alpha * 100)}%, transparent)`;
    element.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}

function axis(colour: ColourReader, more: uPlot.Axis): uPlot.Axis {
  return {
    stroke: colour('--muted'),
    font: `11px ${getComputedStyle(document.documentElement).getPropertyValue('--font')}`,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    gap: 6,
    ...more,
  };
}

/** A round number above the largest value, so that the scale rarely changes. */
function niceTop(max: number | null, least: number): number {
  if (max === null || !Number.isFinite(max) || max * 1.05 <= least) return least;
  const power = 10 ** Math.floor(Math.log10(max));
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((candidate) => candidate * power >= max * 1.05) ?? 12;
  return step * power;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** A time of the axis, such as 14:05:09. @param seconds since 1970 */
export function timeLabel(seconds: number): string {
  return clock.format(seconds * 1000);
}
