import { describe, expect, it } from 'vitest';
import type { ConsumerState, Topology, TopologyEdge, TopologyNode } from '../../src/contract/overview.js';
import { placePicture } from '../src/overview/topology/layout.js';
import { flowSpeed, lineWidth, MAX_WORKERS, shapeOf, toPicture } from '../src/overview/topology/picture.js';

const producer = (name: string, groupId: string | null): TopologyNode => ({
  kind: 'producer',
  id: `producer:${name}`,
  name,
  health: 'good',
  perSecond: 1,
  groupId,
});
const stream = (name: string): TopologyNode => ({
  kind: 'stream',
  id: `stream:${name}`,
  name,
  health: 'good',
  length: 1,
  perSecond: 1,
  lastEntryMs: null,
});
const group = (name: string): TopologyNode => ({
  kind: 'group',
  id: `group:${name}`,
  name,
  health: 'good',
  perSecond: 1,
  lag: 0,
  lagMs: 0,
  pending: 0,
});
const worker = (name: string, of: string, state: ConsumerState = 'reading'): TopologyNode => ({
  kind: 'consumer',
  id: `consumer:${of}:${name}`,
  name,
  group: of,
  health: state === 'gone' ? 'critical' : 'good',
  state,
  pending: 0,
  idleMs: 0,
});
const edge = (from: string, to: string, kind: TopologyEdge['kind']): TopologyEdge => ({
  id: `${from} ${to}`,
  from,
  to,
  kind,
  perSecond: 1,
  lag: 0,
  lagMs: 0,
  pending: 0,
  health: 'good',
});

const SHOP: Topology = {
  nodes: [
    producer('order_service', null),
    producer('payment_service', 'group:payment_service'),
    stream('orders'),
    stream('payments'),
    group('payment_service'),
    group('processors'),
    worker('b', 'processors'),
    worker('a', 'processors', 'gone'),
    { kind: 'dead-letters', id: 'dead:orders', name: 'orders', health: 'warning', stream: 'orders', count: 3 },
  ],
  edges: [
    edge('producer:order_service', 'stream:orders', 'publishes'),
    edge('producer:payment_service', 'stream:payments', 'publishes'),
    edge('stream:orders', 'group:payment_service', 'reads'),
    edge('stream:orders', 'group:processors', 'reads'),
    edge('stream:payments', 'group:processors', 'reads'),
    edge('group:processors', 'consumer:processors:a', 'works'),
    edge('group:processors', 'dead:orders', 'gives-up'),
    edge('dead:orders', 'group:processors', 'retries'),
  ],
};

describe('the picture of a topology', () => {
  it('draws a producer that is also a group once, workers in their group, dead letters in their stream', () => {
    const { boxes, lines } = toPicture(SHOP);
    expect(boxes.map(({ id }) => id)).toEqual([
      'producer:order_service',
      'stream:orders',
      'stream:payments',
      'group:payment_service',
      'group:processors',
    ]);
    expect(boxes.find(({ id }) => id === 'stream:orders')?.deadLetters?.count).toBe(3);
    // Those that are unwell come first.
    expect(boxes.find(({ id }) => id === 'group:processors')?.workers.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(lines.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'producer:order_service stream:orders',
      'group:payment_service stream:payments',
      'stream:orders group:payment_service',
      'stream:orders group:processors',
      'stream:payments group:processors',
      'stream:orders group:processors',
    ]);
  });

  it.each(['right', 'down'] as const)('places boxes without overlap, and gives each line a path, %s', (direction) => {
    const picture = toPicture(SHOP);
    const layout = placePicture(picture, direction, 1000);
    const places = picture.boxes.map((box) => ({ ...box, ...(layout.boxes.get(box.id) ?? { x: NaN, y: NaN }) }));
    for (const one of places) {
      expect(one.x).toBeGreaterThanOrEqual(layout.left);
      expect(one.y + one.height).toBeLessThanOrEqual(layout.top + layout.height);
      for (const other of places) {
        const apart =
          one === other ||
          one.x + one.width <= other.x ||
          other.x + other.width <= one.x ||
          one.y + one.height <= other.y ||
          other.y + other.height <= one.y;
        expect(apart, `${one.id} beside ${other.id}`).toBe(true);
      }
    }
    for (const { id } of picture.lines) expect(layout.paths.get(id)).toMatch(/^M[-\d.]+,[-\d.]+C/);
  });

  it('keeps its shape while only numbers change, and limits what one group shows', () => {
    const busier = { ...SHOP, edges: SHOP.edges.map((line) => ({ ...line, perSecond: 900, pending: 7 })) };
    expect(shapeOf(toPicture(busier))).toBe(shapeOf(toPicture(SHOP)));
    const crowd = Array.from({ length: 500 }, (_, index) => worker(String(index), 'processors'));
    const [, , , , box] = toPicture({ ...SHOP, nodes: [...SHOP.nodes, ...crowd] }).boxes;
    expect(box?.height).toBeLessThan((MAX_WORKERS + 5) * 30);
  });

  it('can be empty', () => {
    expect(placePicture(toPicture({ nodes: [], edges: [] }), 'right', 1000).paths.size).toBe(0);
  });
});

describe('a line', () => {
  it('is wider and faster for a higher rate', () => {
    const rates = [null, 0, 1, 10, 100, 10_000];
    const widths = rates.map(lineWidth);
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    expect(rates.map(flowSpeed)).toEqual([0, 0, 2, 2, 3, 4]);
  });
});
