import type { CSSProperties } from 'react';
import { plural } from '../format/numbers.js';
import { duration } from '../format/times.js';
import { visibleLine } from '../format/visible.js';
import { entryKey } from '../live/tail.js';
import { useParam } from '../shell/use-param.js';
import { Text } from '../ui/text.js';
import type { LaneGeometry } from './lane-geometry.js';
import type { Bar, Lane, Mark } from './lanes.js';

interface LaneItemsProps {
  lane: Lane;
  geometry: LaneGeometry;
  tint: (stream: string) => number;
}

/** What happened in a lane: ticks, bars and marks, each at its time. */
export function LaneItems({ lane, geometry: { x, y, hasRoom, isLate }, tint }: LaneItemsProps) {
  const [, openEntry] = useParam('entry');
  return (
    <>
      {lane.ticks.map(({ event, handling, atMs }) => (
        <span
          key={`${entryKey(event.entry)} ${handling.group}`}
          className={`tick tint-${String(tint(event.entry.stream))}`}
          style={{ left: x(atMs), top: y(lane, 0) }}
          title={visibleLine(`${handling.group} has settled ${event.event.event_type}; Redis does not record when`)}
        />
      ))}
      {lane.bars.map((bar) => (
        <BarView
          key={`${entryKey(bar.event.entry)} ${bar.handling.group}`}
          bar={bar}
          tint={tint(bar.event.entry.stream)}
          hasRoom={hasRoom(bar.toMs - bar.fromMs)}
          style={{ left: x(bar.fromMs), width: x(bar.toMs - bar.fromMs), top: y(lane, bar.row) }}
        />
      ))}
      {lane.marks.map((mark) => (
        <MarkView
          key={entryKey(mark.event.entry)}
          mark={mark}
          tint={tint(mark.event.entry.stream)}
          isLate={isLate(mark.atMs)}
          style={{ left: x(mark.atMs), top: y(lane, mark.row) }}
          onOpen={() => {
            openEntry(`${mark.event.entry.stream}/${mark.event.entry.id}`);
          }}
        />
      ))}
    </>
  );
}

interface PlacedProps {
  tint: number;
  style: CSSProperties;
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
