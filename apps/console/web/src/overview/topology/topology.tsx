import './topology.css';
import { useMemo } from 'react';
import type { Topology as TopologyData } from '../../../../src/contract/overview.js';
import { plural, rate } from '../../format/numbers.js';
import { duration } from '../../format/times.js';
import { BoxView } from './box-view.js';
import { Flow } from './flow.js';
import { placePicture, type Layout } from './layout.js';
import { flowSpeed, lineWidth, shapeOf, toPicture, type Line, type Picture } from './picture.js';
import { useStickyProducers } from './sticky-producers.js';
import { useWidth } from './use-width.js';

/** Below this width, in pixels, events flow downwards. */
const NARROW = 720;
/** The graph is scaled down to fit, but stays readable. */
const MIN_SCALE = 0.8;

/** The topology as a graph of producers, streams, groups and workers, with rates and health. */
export function Topology({ topology }: { topology: TopologyData }) {
  const [place, width] = useWidth();
  const picture = toPicture(useStickyProducers(topology));
  const direction = width < NARROW ? 'down' : 'right';
  const layout = useLayout(picture, direction, width);
  const scale = width === 0 ? 1 : Math.max(MIN_SCALE, Math.min(1, width / layout.width));
  return (
    <div ref={place} className="topology" tabIndex={0} role="group" aria-label="Topology">
      {width === 0 ? null : (
        <div className="topology-room" style={{ height: layout.height * scale, width: layout.width * scale }}>
          <div
            className="topology-plane"
            style={{
              transform: `scale(${String(scale)}) translate(${String(-layout.left)}px, ${String(-layout.top)}px)`,
            }}
          >
            <svg aria-hidden="true">
              {picture.lines.map((line) => (
                <LineView key={line.id} line={line} path={layout.paths.get(line.id) ?? ''} />
              ))}
            </svg>
            <div aria-hidden="true">
              {picture.lines.map(({ id, edge }) => {
                const speed = flowSpeed(edge.perSecond);
                const size = Math.max(3, lineWidth(edge.perSecond) * 0.75);
                const path = layout.paths.get(id) ?? '';
                return speed === 0 ? null : (
                  <Flow key={id} path={path} speed={speed} health={edge.health} size={size} />
                );
              })}
            </div>
            <ul>
              {picture.boxes.map((box) => (
                <BoxView key={box.id} box={box} at={layout.boxes.get(box.id) ?? { x: 0, y: 0 }} />
              ))}
            </ul>
          </div>
        </div>
      )}
    </div>
  );
}

/** Computes the layout again only when the shape of the graph changes. */
function useLayout(picture: Picture, direction: 'right' | 'down', width: number): Layout {
  const shape = shapeOf(picture);
  return useMemo(
    () => placePicture(picture, direction, width),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the shape is all of the picture that a layout depends on
    [shape, direction, width],
  );
}

function LineView({ line: { edge }, path }: { line: Line; path: string }) {
  const width = lineWidth(edge.perSecond);
  return (
    <g className={`line line-${edge.kind} line-${edge.health}`}>
      <title>{describe(edge)}</title>
      <path className="line-bed" d={path} style={{ strokeWidth: width }} />
    </g>
  );
}

function describe({ kind, perSecond, lag, lagMs, pending }: Line['edge']): string {
  const flow = perSecond === null ? '' : `${rate(perSecond)} a second`;
  if (kind === 'publishes') return `publishes ${flow}`;
  if (kind === 'retries') return `${plural(pending, 'replay')} on the way`;
  const waits =
    lag === null
      ? ''
      : lag === 0
        ? 'nothing waits'
        : `${plural(lag, 'event')} ${lag === 1 ? 'waits' : 'wait'}, up to ${duration(lagMs)}`;
  return ['reads', flow, waits, `${String(pending)} in work`].filter((part) => part !== '').join(', ');
}
