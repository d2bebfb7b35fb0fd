import 'uplot/dist/uPlot.min.css';
import './chart.css';
import { useEffect, useRef, useState, type RefObject } from 'react';
import type uPlot from 'uplot';
import { onThemeChange } from '../shell/theme.js';
import { drawPlot, timeLabel, type ChartSeries, type PlotData, type PlotLook } from './plot.js';

interface ChartProps extends Pick<PlotLook, 'series' | 'format'>, Partial<Pick<PlotLook, 'least' | 'height'>> {
  /** A description for screen readers. */
  label: string;
  data: PlotData;
  /** The most seconds that the chart shows; fewer while there are fewer points. */
  span: number;
}

/** Lines over time, drawn on a canvas, with the latest values below as text. */
export function Chart({ label, series, data, format, span, least = 1, height = 168 }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const cursor = usePlot(place, { series, format, least, height }, data, span);
  const [times] = data;
  const isAtCursor = cursor !== null && cursor < times.length;
  const at = isAtCursor ? cursor : times.length - 1;
  const time = isAtCursor ? times[at] : undefined;
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
          {time === undefined ? null : <li className="quiet">at {timeLabel(time)}</li>}
        </ul>
      </figcaption>
    </figure>
  );
}

/** Keeps a plot in `place` up to date: with its data, size and theme. @returns which point the mouse is at */
function usePlot(place: RefObject<HTMLDivElement | null>, look: PlotLook, data: PlotData, span: number): number | null {
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ data, span });
  const [cursor, setCursor] = useState<number | null>(null);

  useEffect(() => {
    latest.current = { data, span };
    plot.current?.setData(data as uPlot.AlignedData);
  }, [data, span]);

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = drawPlot(element, look, {
        data: () => latest.current.data,
        span: () => latest.current.span,
        onCursor: setCursor,
      });
    };
    draw();
    const resized = new ResizeObserver(() => {
      plot.current?.setSize({ width: element.clientWidth, height: look.height });
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
  }, [shapeOf(look.series), look.height, look.least]);

  return cursor;
}

function shapeOf(series: readonly ChartSeries[]): string {
  return series.map(({ name, tint, dashed }) => `${name} ${String(tint)} ${String(dashed)}`).join('\n');
}
