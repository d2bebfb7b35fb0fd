import type { Health } from '../../../../src/contract/http.js';
import type {
  ConsumerNode,
  DeadLettersNode,
  Topology,
  TopologyEdge,
  TopologyNode,
} from '../../../../src/contract/overview.js';

/** A box of the graph. The box of a group contains its workers, that of a stream its dead letters. */
export interface Box {
  id: string;
  node: Exclude<TopologyNode, ConsumerNode | DeadLettersNode>;
  workers: readonly ConsumerNode[];
  deadLetters: DeadLettersNode | null;
  width: number;
  height: number;
}

/** A line from one box to another. */
export interface Line {
  id: string;
  from: string;
  to: string;
  edge: TopologyEdge;
}

/** A topology as boxes and lines, without positions. */
export interface Picture {
  boxes: readonly Box[];
  lines: readonly Line[];
}

/** The most workers that are drawn, unhealthy ones first; the others are only counted. */
export const MAX_WORKERS = 8;
/** Height of a worker's row, in pixels. */
export const WORKER_HEIGHT = 22;

const HEIGHTS = { producer: 50, stream: 62, group: 66, deadLetters: 30 } as const;
const WIDTHS = { least: 108, most: 196, group: 140, besideName: 42, ofLetter: 7 };

const WORSE: Record<Health, number> = { critical: 0, warning: 1, unknown: 2, good: 3 };

/**
 * The boxes and lines of a topology. Workers are in the box of their group, dead letters in that of their stream. A producer that consists
 * of a group's workers is drawn as that group, so that the graph shows the path of an event.
 */
export function toPicture({ nodes, edges }: Topology): Picture {
  const groups = new Set(nodes.filter((node) => node.kind === 'group').map((node) => node.id));
  const streams = new Map(nodes.filter((node) => node.kind === 'stream').map((node) => [node.name, node.id]));
  const drawnAs = new Map<string, string>();
  for (const node of nodes) {
    if (node.kind === 'dead-letters') drawnAs.set(node.id, streams.get(node.stream) ?? node.id);
    if (node.kind === 'producer' && node.groupId !== null && groups.has(node.groupId)) {
      drawnAs.set(node.id, node.groupId);
    }
  }
  const boxes = nodes.flatMap((node): Box[] => {
    if (node.kind === 'consumer' || node.kind === 'dead-letters' || drawnAs.has(node.id)) return [];
    const workers = node.kind === 'group' ? workersOf(node.name, nodes) : [];
    const deadLetters = node.kind === 'stream' ? deadLettersOf(node.name, nodes) : null;
    const height =
      HEIGHTS[node.kind] + heightOfWorkers(workers.length) + (deadLetters === null ? 0 : HEIGHTS.deadLetters);
    return [{ id: node.id, node, workers, deadLetters, width: widthOf(node), height }];
  });
  const drawn = new Set(boxes.map((box) => box.id));
  const lines = edges.flatMap((edge): Line[] => {
    const from = drawnAs.get(edge.from) ?? edge.from;
    const to = drawnAs.get(edge.to) ?? edge.to;
    // Dead letters are in the box of their stream; lines from every group to it would cover the other lines.
    if (edge.kind === 'gives-up') return [];
    return drawn.has(from) && drawn.has(to) && from !== to ? [{ id: edge.id, from, to, edge }] : [];
  });
  return { boxes, lines };
}

function widthOf({ kind, name }: Box['node']): number {
  const wanted = Math.round(name.length * WIDTHS.ofLetter) + WIDTHS.besideName;
  return Math.min(WIDTHS.most, Math.max(kind === 'group' ? WIDTHS.group : WIDTHS.least, wanted));
}

function heightOfWorkers(count: number): number {
  const rows = Math.min(count, MAX_WORKERS) + (count > MAX_WORKERS ? 1 : 0);
  return rows === 0 ? 0 : rows * WORKER_HEIGHT + 6;
}

function deadLettersOf(stream: string, nodes: readonly TopologyNode[]): DeadLettersNode | null {
  return nodes.filter((node) => node.kind === 'dead-letters').find((node) => node.stream === stream) ?? null;
}

function workersOf(group: string, nodes: readonly TopologyNode[]): ConsumerNode[] {
  return nodes
    .filter((node) => node.kind === 'consumer')
    .filter((node) => node.group === group)
    .sort((a, b) => WORSE[a.health] - WORSE[b.health] || a.name.localeCompare(b.name));
}

/** All that the layout depends on: while it does not change, nothing moves. */
export function shapeOf({ boxes, lines }: Picture): string {
  return JSON.stringify([
    boxes.map(({ id, width, height }) => [id, width, height]),
    lines.map(({ id, from, to }) => [id, from, to]),
  ]);
}

/** The width of a line in pixels: it grows with the order of magnitude of the rate. */
export function lineWidth(perSecond: number | null): number {
  return Math.min(9, 1.5 + 2.2 * Math.log10(1 + Math.max(0, perSecond ?? 0)));
}

/** The speed of the dots of a line, from 0 (none) to 4. It has few steps, so that the animation rarely restarts. */
export function flowSpeed(perSecond: number | null): number {
  if (perSecond === null || perSecond <= 0.01) return 0;
  if (perSecond < 1) return 1;
  if (perSecond < 20) return 2;
  return perSecond < 300 ? 3 : 4;
}
