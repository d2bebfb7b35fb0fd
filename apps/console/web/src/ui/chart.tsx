import 'uplot/dist/uPlot.min.css';
import './chart.css';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { onThemeChange } from '../shell/theme.js';

/** One line of a chart. */
export interface ChartSeries {
  name: string;
  /** 1 to 8: which of the palette's colours. */
  tint: number;
  dashed?: boolean;
}

interface ChartProps {
  /** A description for screen readers. */
  label: string;
  series: readonly ChartSeries[];
  /** Times in seconds, then a column for each series. */
  data: readonly [readonly number[], ...(readonly (number | null)[])[]];
  format: (value: number) => string;
  /** The most seconds that the chart shows; fewer while there are fewer points. */
  span: number;
  /** The smallest maximum of the scale. */
  least?: number;
  height?: number;
}

/** The shortest time that a chart shows, in seconds. */
const MIN_SPAN = 30;

/** Lines over time, drawn on a canvas, with the latest values below as text. */
export function Chart({ label, series, data, format, span, least = 1, height = 168 }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latestData = useRef(data);
  const latestSpan = useRef(span);
  const [cursor, setCursor] = useState<number | null>(null);
  const shape = series.map(({ name, tint, dashed }) => `${name} ${String(tint)} ${String(dashed)}`).join('\n');

  useEffect(() => {
    latestData.current = data;
    latestSpan.current = span;
    plot.current?.setData(data as uPlot.AlignedData);
  }, [data, span]);

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const draw = (): void => {
      plot.current?.destroy();
      const colour = colourReader(element);
      plot.current = new uPlot(
        {
          width: element.clientWidth,
          height,
          legend: { show: false },
          padding: [8, 4, 0, 0],
          cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
          scales: {
            x: {
              time: true,
              range: () => {
                const [known] = latestData.current;
                const end = known.at(-1) ?? Date.now() / 1000;
                const first = known[0] ?? end;
                return [Math.max(end - latestSpan.current, Math.min(first, end - MIN_SPAN)), end];
              },
            },
            y: { range: (_plot, _min, max) => [0, niceTop(max, least)] },
          },
          axes: [
            axis(colour, { space: 72, size: 26, values: (_plot, ticks) => ticks.map(timeLabel) }),
            axis(colour, { space: 34, size: 52, values: (_plot, ticks) => ticks.map((tick) => format(tick)) }),
          ],
          series: [
            {},
            ...series.map(({ name, tint, dashed }) => ({
              label: name,
              stroke: colour(`--c${String(tint)}`),
              width: 1.75,
              points: { show: false },
              ...(dashed ? { dash: [4, 4] } : {}),
              ...(series.length === 1 ? { fill: colour(`--c${String(tint)}`, 0.1) } : {}),
            })),
          ],
          hooks: {
            setCursor: [
              (self) => {
                setCursor(self.cursor.idx ?? null);
              },
            ],
          },
        },
        latestData.current as uPlot.AlignedData,
        element,
      );
    };
    draw();
    const resized = new ResizeObserver(() => {
      plot.current?.setSize({ width: element.clientWidth, height });
    });
    resized.observe(element);
    const endThemes = onThemeChange(draw);
    return () => {
      resized.disconnect();
      endThemes();
      plot.current?.destroy();
      plot.current = null;
    };
    // Depends on the shape, so that a new array of the same series does not make a new chart.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shape, height, least]);

  const [times] = data;
  const at = cursor !== null && cursor < times.length ? cursor : times.length - 1;
  const time = times[at];
  return (
    <figure className="chart">
      <div ref={place} role="img" aria-label={label} className="chart-canvas" />
      <figcaption>
        <ul className="legend">
          {series.map(({ name, tint }, index) => {
            const value = data[index + 1]?.[at];
            return (
              <li key={name} className={`tint-${String(tint)}`}>
                <span className="swatch" />
                <span className="legend-name">{name}</span>
                <strong>{value === null || value === undefined ? '–' : format(value)}</strong>
              </li>
            );
          })}
          {cursor !== null && time !== undefined ? <li className="quiet">at {timeLabel(time)}</li> : null}
        </ul>
      </figcaption>
    </figure>
  );
}

/** The colours of the palette in a form for a canvas. */
function colourReader(element: HTMLElement): (name: string, alpha?: number) => string {
  return (name, alpha = 1) => {
    const probe = document.createElement('i');
    probe.style.color = `color-mix(in srgb, var(${name}) ${String(alpha * 100)}%, transparent)`;
    element.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}

function axis(colour: (name: string) => string, more: uPlot.Axis): uPlot.Axis {
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

function timeLabel(seconds: number): string {
  return clock.format(seconds * 1000);
}
