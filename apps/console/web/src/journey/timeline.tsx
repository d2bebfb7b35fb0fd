import { Fragment } from 'react';
import type { Journey } from '../../../src/contract/journey.js';
import { plural } from '../format/numbers.js';
import { duration } from '../format/times.js';
import { visibleLine } from '../format/visible.js';
import { entryKey } from '../live/tail.js';
import { tintsOf } from '../live/tints.js';
import { useWidth } from '../overview/topology/use-width.js';
import { useParam } from '../shell/use-param.js';
import { Text } from '../ui/text.js';
import { axisTicks, toLanes, type Bar, type Lane, type Mark } from './lanes.js';

const ROW = 34;
const LANE_PAD = 10;
const LABEL = 20;
/** Below this width, in pixels, the names of lanes are above the lanes. */
const NARROW = 560;
/** Space at the right for the name of the last event, in pixels; in a narrow timeline, late names are at the left. */
const TAIL = { wide: 170, narrow: 16 };
const NAMES = 150;
/** The width that the text of a bar needs, in pixels. */
const TEXT_ROOM = 76;

/** Lanes of services over time: a bar from an event's publishing to its answer, a mark for each event, a line to each cause. */
export function Timeline({ journey }: { journey: Journey }) {
  const [place, width] = useWidth();
  const isNarrow = width < NARROW;
  const { lanes, spanMs } = toLanes(journey);
  const tint = tintsOf(journey.events.map(({ entry }) => entry.stream));
  const [, openEntry] = useParam('entry');
  const head = isNarrow ? LABEL : 0;
  const tops = topsOf(lanes, head);
  const heightOf = (lane: Lane): number => head + lane.rows * ROW + 2 * LANE_PAD;
  const height = lanes.reduce((sum, lane) => sum + heightOf(lane), 0);
  const room = Math.max(1, isNarrow ? width : width - NAMES);
  const used = Math.max(0.5, 1 - (isNarrow ? TAIL.narrow : TAIL.wide) / room);
  const x = (ms: number): string => `${String((ms / spanMs) * used * 100)}%`;
  const y = (lane: Lane, row: number): number => (tops.get(lane.name) ?? 0) + head + LANE_PAD + row * ROW + ROW / 2;
  const marks = new Map(
    lanes.flatMap((lane) => lane.marks.map((mark) => [entryKey(mark.event.entry), { lane, mark }] as const)),
  );
  return (
    <div ref={place} className={isNarrow ? 'timeline timeline-narrow' : 'timeline'}>
      <ul className="lane-names" aria-hidden={isNarrow}>
        {lanes.map((lane) => (
          <li key={lane.name} style={{ height: heightOf(lane) }}>
            <Text most={60}>{lane.name}</Text>
          </li>
        ))}
      </ul>
      <div className="lane-plot">
        <div className="lane-area" style={{ height }}>
          {lanes.map((lane) => (
            <div key={lane.name} className="lane" style={{ top: tops.get(lane.name), height: heightOf(lane) }}>
              {isNarrow ? (
                <span className="lane-label">
                  <Text most={60}>{lane.name}</Text>
                </span>
              ) : null}
            </div>
          ))}
          <svg className="lane-lines" width="100%" height={height} aria-hidden="true">
            {axisTicks(spanMs, isNarrow ? 3 : 7).map((ms) => (
              <line key={ms} className="lane-grid" x1={x(ms)} x2={x(ms)} y1={0} y2={height} />
            ))}
            {lanes.flatMap((lane) =>
              lane.bars.map((bar) => {
                const from = marks.get(entryKey(bar.event.entry));
                if (from === undefined) return null;
                return (
                  <line
                    key={`${lane.name} ${entryKey(bar.event.entry)} ${bar.handling.group}`}
                    className={`lane-cause tint-${String(tint(bar.event.entry.stream))}`}
                    x1={x(bar.fromMs)}
                    x2={x(bar.fromMs)}
                    y1={y(from.lane, from.mark.row)}
                    y2={y(lane, bar.row)}
                  />
                );
              }),
            )}
          </svg>
          {lanes.map((lane) => (
            <Fragment key={lane.name}>
              {lane.ticks.map(({ event, handling, atMs }) => (
                <span
                  key={`${entryKey(event.entry)} ${handling.group}`}
                  className={`tick tint-${String(tint(event.entry.stream))}`}
                  style={{ left: x(atMs), top: y(lane, 0) }}
                  title={visibleLine(
                    `${handling.group} has settled ${event.event.event_type}; Redis does not record when`,
                  )}
                />
              ))}
              {lane.bars.map((bar) => (
                <BarView
                  key={`${entryKey(bar.event.entry)} ${bar.handling.group}`}
                  bar={bar}
                  tint={tint(bar.event.entry.stream)}
                  hasRoom={((bar.toMs - bar.fromMs) / spanMs) * used * room > TEXT_ROOM}
                  style={{ left: x(bar.fromMs), width: x(bar.toMs - bar.fromMs), top: y(lane, bar.row) }}
                />
              ))}
              {lane.marks.map((mark) => (
                <MarkView
                  key={entryKey(mark.event.entry)}
                  mark={mark}
                  tint={tint(mark.event.entry.stream)}
                  isLate={isNarrow && mark.atMs > spanMs * 0.45}
                  style={{ left: x(mark.atMs), top: y(lane, mark.row) }}
                  onOpen={() => {
                    openEntry(`${mark.event.entry.stream}/${mark.event.entry.id}`);
                  }}
                />
              ))}
            </Fragment>
          ))}
        </div>
        <div className="lane-axis" aria-hidden="true">
          {axisTicks(spanMs, isNarrow ? 3 : 7).map((ms) => (
            <span key={ms} style={{ left: x(ms) }}>
              {ms === 0 ? '0' : `+${duration(ms)}`}
            </span>
          ))}
        </div>
      </div>
    </div>
  );
}

function topsOf(lanes: readonly Lane[], head: number): Map<string, number> {
  const tops = new Map<string, number>();
  let top = 0;
  for (const lane of lanes) {
    tops.set(lane.name, top);
    top += head + lane.rows * ROW + 2 * LANE_PAD;
  }
  return tops;
}

interface PlacedProps {
  tint: number;
  style: React.CSSProperties;
}

function BarView({ bar, tint, hasRoom, style }: PlacedProps & { bar: Bar; hasRoom: boolean }) {
  const { event, handling, fromMs, toMs, kind } = bar;
  const failures = handling.attempts.reduce((sum, attempt) => sum + attempt.failures, 0);
  const what = {
    answered: `answered after ${duration(toMs - fromMs)}, including waiting and handling`,
    open:
      handling.state === 'waiting' ? `waits for ${duration(toMs - fromMs)}` : `in work for ${duration(toMs - fromMs)}`,
    failed: 'given up: it is a dead letter',
  }[kind];
  const title = visibleLine(
    `${handling.group}, ${event.event.event_type}: ${what}${failures > 0 ? `, ${plural(failures, 'failed attempt')}` : ''}`,
  );
  return (
    <span className={`bar bar-${kind} tint-${String(tint)}`} style={style} title={title}>
      {hasRoom ? (
        <span className="bar-text">
          {duration(toMs - fromMs)}
          {failures > 0 ? ` · ${String(failures)} failed` : ''}
        </span>
      ) : null}
    </span>
  );
}

function MarkView({
  mark: { event, atMs },
  tint,
  isLate,
  style,
  onOpen,
}: PlacedProps & { mark: Mark; isLate: boolean; onOpen: () => void }) {
  const type = event.event.event_type;
  return (
    <button
      type="button"
      className={`mark tint-${String(tint)}${isLate ? ' mark-late' : ''}`}
      style={style}
      aria-label={visibleLine(`${type}, published after ${duration(atMs)} by ${event.event.source}. Open the entry`)}
      onClick={onOpen}
    >
      <span className="mark-dot" />
      <span className="mark-name">
        <Text most={40}>{type}</Text>
      </span>
    </button>
  );
}
