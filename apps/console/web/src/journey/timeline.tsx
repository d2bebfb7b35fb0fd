import type { Journey } from '../../../src/contract/journey.js';
import { duration } from '../format/times.js';
import { entryKey } from '../live/tail.js';
import { tintsOf } from '../live/tints.js';
import { useWidth } from '../overview/topology/use-width.js';
import { Text } from '../ui/text.js';
import { geometryOf, type LaneGeometry } from './lane-geometry.js';
import { LaneItems } from './lane-items.js';
import { axisTicks, toLanes, type Lane } from './lanes.js';

/** Lanes of services over time: a bar from an event's publishing to its answer, a mark for each event, a line to each cause. */
export function Timeline({ journey }: { journey: Journey }) {
  const [place, width] = useWidth();
  const arranged = toLanes(journey);
  const { lanes, spanMs } = arranged;
  const geometry = geometryOf(arranged, width);
  const { isNarrow, height, heightOf, topOf, x } = geometry;
  const tint = tintsOf(journey.events.map(({ entry }) => entry.stream));
  const ticks = axisTicks(spanMs, isNarrow ? 3 : 7);
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
            <div key={lane.name} className="lane" style={{ top: topOf(lane), height: heightOf(lane) }}>
              {isNarrow ? (
                <span className="lane-label">
                  <Text most={60}>{lane.name}</Text>
                </span>
              ) : null}
            </div>
          ))}
          <svg className="lane-lines" width="100%" height={height} aria-hidden="true">
            {ticks.map((ms) => (
              <line key={ms} className="lane-grid" x1={x(ms)} x2={x(ms)} y1={0} y2={height} />
            ))}
            <CauseLines lanes={lanes} geometry={geometry} tint={tint} />
          </svg>
          {lanes.map((lane) => (
            <LaneItems key={lane.name} lane={lane} geometry={geometry} tint={tint} />
          ))}
        </div>
        <div className="lane-axis" aria-hidden="true">
          {ticks.map((ms) => (
            <span key={ms} style={{ left: x(ms) }}>
              {ms === 0 ? '0' : `+${duration(ms)}`}
            </span>
          ))}
        </div>
      </div>
    </div>
  );
}

interface CauseLinesProps {
  lanes: readonly Lane[];
  geometry: LaneGeometry;
  tint: (stream: string) => number;
}

/** A line from the mark of each event to the bars of those who handle it. */
function CauseLines({ lanes, geometry: { x, y }, tint }: CauseLinesProps) {
  const marks = new Map(
    lanes.flatMap((lane) => lane.marks.map((mark) => [entryKey(mark.event.entry), { lane, mark }] as const)),
  );
  return lanes.flatMap((lane) =>
    lane.bars.map(({ event, handling, fromMs, row }) => {
      const from = marks.get(entryKey(event.entry));
      if (from === undefined) return null;
      return (
        <line
          key={`${lane.name} ${entryKey(event.entry)} ${handling.group}`}
          className={`lane-cause tint-${String(tint(event.entry.stream))}`}
          x1={x(fromMs)}
          x2={x(fromMs)}
          y1={y(from.lane, from.mark.row)}
          y2={y(lane, row)}
        />
      );
    }),
  );
}
