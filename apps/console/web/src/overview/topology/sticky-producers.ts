import { useState } from 'react';
import type { Topology } from '../../../../src/contract/overview.js';

/**
 * Remembers which producer belongs to which group. Only the connections of running workers give this, and the graph should not change its
 * shape when workers crash.
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
