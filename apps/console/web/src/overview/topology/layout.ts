import { Graph, layout } from '@dagrejs/dagre';
import type { Picture } from './picture.js';

/** A position, in pixels from the top left. */
export interface Point {
  x: number;
  y: number;
}

/** The positions of all boxes and lines. */
export interface Layout {
  /** The top left corner. Negative if a line passes above or to the left of the first box. */
  left: number;
  top: number;
  width: number;
  height: number;
  /** The top left corner of each box. */
  boxes: ReadonlyMap<string, Point>;
  /** The SVG path of each line. */
  paths: ReadonlyMap<string, string>;
}

/** The direction of the events: from left to right if the page is wide enough, otherwise downwards. */
export type Direction = 'right' | 'down';

const MARGIN = 8;
const BETWEEN_BOXES = 18;
const BETWEEN_RANKS = { least: 30, most: 110 };
/** The distance of lines that end on the same side of a box. */
const BETWEEN_ENDS = 9;

/** Computes all positions, within `room` pixels if possible. */
export function placePicture(picture: Picture, direction: Direction, room: number): Layout {
  const tight = arrange(picture, direction, BETWEEN_RANKS.least);
  if (direction === 'down' || tight.ranks < 2) return finish(picture, tight.graph, direction);
  const spare = (room - size(tight.graph).width) / (tight.ranks - 1);
  if (spare <= 1) return finish(picture, tight.graph, direction);
  const gap = Math.min(BETWEEN_RANKS.most, BETWEEN_RANKS.least + spare);
  return finish(picture, arrange(picture, direction, gap).graph, direction);
}

function arrange(picture: Picture, direction: Direction, gap: number): { graph: Graph; ranks: number } {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({
    rankdir: direction === 'right' ? 'LR' : 'TB',
    ranksep: gap,
    nodesep: BETWEEN_BOXES,
    edgesep: 12,
    marginx: MARGIN,
    marginy: MARGIN,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of picture.boxes) graph.setNode(id, { width, height });
  // The main flow of events is straight; lines to dead letters go around it.
  for (const { id, from, to, edge } of picture.lines) {
    graph.setEdge(from, to, { weight: edge.kind === 'publishes' ? 3 : edge.kind === 'reads' ? 2 : 1 }, id);
  }
  layout(graph);
  const along = graph.nodes().map((id) => {
    const node = graph.node(id) as Point;
    return Math.round(direction === 'right' ? node.x : node.y);
  });
  return { graph, ranks: new Set(along).size };
}

function size(graph: Graph): { width: number; height: number } {
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { width, height };
}

interface End {
  line: string;
  box: string;
  side: 'out' | 'in';
  /** The position of the line's other end, across the flow: ends are sorted by it. */
  towards: number;
}

function finish(picture: Picture, graph: Graph, direction: Direction): Layout {
  const across = direction === 'right' ? 'y' : 'x';
  const along = direction === 'right' ? 'x' : 'y';
  const centre = (id: string): Point => graph.node(id) as Point;
  const depths = depthsOfRanks(picture, centre, along);
  const bends = new Map<string, Point[]>();
  const ends: End[] = [];
  for (const { id, from, to } of picture.lines) {
    const { points } = graph.edge({ v: from, w: to, name: id }) as { points: Point[] };
    const isBack = centre(from)[along] > centre(to)[along];
    const inner = passRanks(points.slice(1, -1), depths, along, isBack);
    bends.set(id, inner);
    ends.push(
      { line: id, box: from, side: isBack ? 'in' : 'out', towards: (inner[0] ?? centre(to))[across] },
      { line: id, box: to, side: isBack ? 'out' : 'in', towards: (inner.at(-1) ?? centre(from))[across] },
    );
  }
  const places = spreadEnds(picture, ends, centre, across, along);
  const paths = new Map(
    picture.lines.map(({ id, from, to }) => {
      const start = places.get(`${id} ${from}`) ?? centre(from);
      const end = places.get(`${id} ${to}`) ?? centre(to);
      return [id, curve([start, ...(bends.get(id) ?? []), end], along)];
    }),
  );
  const boxes = new Map(
    picture.boxes.map(({ id, width, height }) => [id, { x: centre(id).x - width / 2, y: centre(id).y - height / 2 }]),
  );
  const all = [...bends.values()].flat();
  const extent = (axis: 'x' | 'y', length: number): [from: number, to: number] => [
    Math.min(0, ...all.map((point) => point[axis] - MARGIN)),
    Math.max(length, ...all.map((point) => point[axis] + MARGIN)),
  ];
  const { width, height } = size(graph);
  const [left, right] = extent('x', width);
  const [top, bottom] = extent('y', height);
  return { left, top, width: right - left, height: bottom - top, boxes, paths };
}

/** The depth of the boxes of each rank, by the rank's position. */
function depthsOfRanks(picture: Picture, centre: (id: string) => Point, along: 'x' | 'y'): Map<number, number> {
  const depths = new Map<number, number>();
  for (const { id, width, height } of picture.boxes) {
    const rank = Math.round(centre(id)[along]);
    depths.set(rank, Math.max(depths.get(rank) ?? 0, along === 'x' ? width : height));
  }
  return depths;
}

/** The points at which a line passes the boxes of a rank straight, so that it bends only between ranks. */
function passRanks(
  bends: readonly Point[],
  depths: ReadonlyMap<number, number>,
  along: 'x' | 'y',
  isBack: boolean,
): Point[] {
  return bends.flatMap((bend) => {
    const depth = depths.get(Math.round(bend[along]));
    if (depth === undefined) return [];
    const half = (isBack ? -depth : depth) / 2;
    return [
      { ...bend, [along]: bend[along] - half },
      { ...bend, [along]: bend[along] + half },
    ];
  });
}

/** Gives each end of a line its own position on the side of its box. */
function spreadEnds(
  picture: Picture,
  ends: readonly End[],
  centre: (id: string) => Point,
  across: 'x' | 'y',
  along: 'x' | 'y',
): Map<string, Point> {
  const places = new Map<string, Point>();
  for (const box of picture.boxes) {
    const length = across === 'y' ? box.height : box.width;
    const depth = along === 'x' ? box.width : box.height;
    for (const side of ['out', 'in'] as const) {
      const here = ends
        .filter((end) => end.box === box.id && end.side === side)
        .sort((a, b) => a.towards - b.towards || a.line.localeCompare(b.line));
      const gap = Math.min(BETWEEN_ENDS, (length - 16) / Math.max(1, here.length - 1));
      here.forEach((end, index) => {
        const at = { ...centre(box.id) };
        at[along] += side === 'out' ? depth / 2 : -depth / 2;
        at[across] += (index - (here.length - 1) / 2) * gap;
        places.set(`${end.line} ${box.id}`, at);
      });
    }
  }
  return places;
}

/** A smooth line through points, parallel to the flow at each of them. */
function curve(points: readonly Point[], along: 'x' | 'y'): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let path = `M${spot(first)}`;
  let before = first;
  for (const point of rest) {
    const middle = (before[along] + point[along]) / 2;
    const leave = { ...before, [along]: middle };
    const enter = { ...point, [along]: middle };
    path += `C${spot(leave)} ${spot(enter)} ${spot(point)}`;
    before = point;
  }
  return path;
}

function spot({ x, y }: Point): string {
  return `${x.toFixed(1)},${y.toFixed(1)}`;
}
