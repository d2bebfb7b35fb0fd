import { useState } from 'react';
import type { Topology } from '../../../../src/contract/overview.js';

/**
 * Which producer is which group is told by the connections of living workers. What was told once is remembered, so that
 * the picture does not fall apart in the moment in which it is looked at most: when workers die.
 */
export function useStickyProducers(topology: Topology): Topology {
  const [known] = useState(() => new Map<string, string>());
  return {
    ...topology,
    nodes: topology.nodes.map((node) => {
      if (node.kind !== 'producer') return node;
      if (node.groupId !== null) known.set(node.id, node.groupId);
      return { ...node, groupId: known.get(node.id) ?? null };
    }),
  };
}
