import { timeOfEntryId } from 'nestjs-event-streams';
import { groupBy } from 'nestjs-event-streams/internal';
import type { Finding, Topology, TopologyEdge, TopologyNode } from '../contract/overview.js';
import type { Health } from '../contract/http.js';
import type { Picture } from '../observe/picture.js';
import { consumersOf, type Consumer } from './consumers.js';
import { groupTotals, sumOf, type GroupTotal } from './totals.js';

/** How long a worker that is gone and holds no event stays in the graph, in milliseconds. */
const GONE_FOR_MS = 60_000;

type About = Pick<Finding, 'severity' | 'stream' | 'group' | 'consumer'>;

/** The graph of producers, streams, groups and workers. Its health comes from the findings. Pure. */
export function topologyOf(picture: Picture, findings: readonly About[]): Topology {
  const groups = groupTotals(picture);
  const consumers = consumersOf(picture).filter(
    ({ goneSinceMs, pending }) => goneSinceMs === null || pending > 0 || picture.atMs - goneSinceMs <= GONE_FOR_MS,
  );
  const parts = [
    producersOf(picture, consumers),
    streamsOf(picture, findings),
    ...groups.map((group) => groupOf(group, findings)),
    workersOf(consumers, findings),
  ];
  return { nodes: parts.flatMap(({ nodes }) => nodes), edges: parts.flatMap(({ edges }) => edges) };
}

function producersOf({ streams }: Picture, consumers: readonly Consumer[]): Topology {
  const published = [...streams.values()].flatMap(({ name: stream, producers, meter }) =>
    [...producers].map(([source, { share }]) => ({
      source,
      stream,
      perSecond: meter.perSecond === null ? null : meter.perSecond * share,
    })),
  );
  const nodes = [...groupBy(published, ({ source }) => source)].map(([source, own]): TopologyNode => {
    const worker = consumers.find((consumer) => consumer.source === source);
    return {
      kind: 'producer',
      id: `producer:${source}`,
      name: source,
      health: 'good',
      perSecond: sumOf(own.map(({ perSecond }) => perSecond)),
      groupId: worker ? `group:${worker.group}` : null,
    };
  });
  const edges = published.map(({ source, stream, perSecond }) =>
    edge('publishes', `producer:${source}`, `stream:${stream}`, { perSecond }),
  );
  return { nodes, edges };
}

function streamsOf({ streams }: Picture, findings: readonly About[]): Topology {
  const nodes: TopologyNode[] = [];
  const edges: TopologyEdge[] = [];
  for (const { name, length, meter, last, deadLetters, givenUpBy, groups } of streams.values()) {
    const id = `stream:${name}`;
    nodes.push({
      kind: 'stream',
      id,
      name,
      health: 'good',
      length,
      perSecond: meter.perSecond,
      lastEntryMs: last && timeOfEntryId(last.id),
    });
    for (const group of groups.values()) {
      edges.push(
        edge('reads', id, `group:${group.name}`, {
          perSecond: group.meter.perSecond,
          lag: group.lag,
          lagMs: group.lagMs,
          pending: group.pending,
          health: healthOf(findings, ({ stream, group: about }) => stream === name && about === group.name),
        }),
      );
    }
    const isReplaying = [...groups.values()].some(({ replays }) => replays > 0);
    if (deadLetters === 0 && !isReplaying) continue;
    const deadLettersId = `dead-letters:${name}`;
    nodes.push({
      kind: 'dead-letters',
      id: deadLettersId,
      name: `${name}:dead-letters`,
      health: 'warning',
      stream: name,
      count: deadLetters,
    });
    for (const group of groups.values()) {
      if (givenUpBy.has(group.name))
        edges.push(edge('gives-up', `group:${group.name}`, deadLettersId, { health: 'warning' }));
      if (group.replays > 0)
        edges.push(edge('retries', deadLettersId, `group:${group.name}`, { pending: group.replays }));
    }
  }
  return { nodes, edges };
}

function groupOf({ name, perSecond, lag, lagMs, pending }: GroupTotal, findings: readonly About[]): Topology {
  const health = healthOf(findings, ({ group, consumer }) => group === name && consumer === null);
  return { nodes: [{ kind: 'group', id: `group:${name}`, name, health, perSecond, lag, lagMs, pending }], edges: [] };
}

function workersOf(consumers: readonly Consumer[], findings: readonly About[]): Topology {
  const nodes: TopologyNode[] = [];
  const edges: TopologyEdge[] = [];
  for (const { name, group, state, pending, idleMs } of consumers) {
    const id = `consumer:${group}:${name}`;
    const health =
      state === 'unknown'
        ? 'unknown'
        : state === 'gone' && pending === 0
          ? 'warning'
          : healthOf(findings, ({ consumer }) => consumer === name);
    nodes.push({ kind: 'consumer', id, name, group, state, pending, idleMs, health });
    edges.push(edge('works', `group:${group}`, id, { pending, health }));
  }
  return { nodes, edges };
}

function healthOf(findings: readonly About[], isAbout: (finding: About) => boolean): Health {
  const own = findings.filter(isAbout);
  if (own.some(({ severity }) => severity === 'critical')) return 'critical';
  return own.some(({ severity }) => severity === 'warning') ? 'warning' : 'good';
}

function edge(
  kind: TopologyEdge['kind'],
  from: string,
  to: string,
  more: Partial<Omit<TopologyEdge, 'id' | 'from' | 'to' | 'kind'>>,
): TopologyEdge {
  return {
    id: `${kind}:${from}>${to}`,
    from,
    to,
    kind,
    perSecond: null,
    lag: 0,
    lagMs: 0,
    pending: 0,
    health: 'good',
    ...more,
  };
}
