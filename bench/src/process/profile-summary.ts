import { ROOT } from '@shop/tools';
import type { Profiler } from 'node:inspector';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SHOWN = 40;

/** Functions of this folder are also shown with the time of what they call. */
const LIBRARY = 'libs/events';

/**
 * Summarizes a profile: by package, by function, and by function of the library including what it calls, in microseconds per event. A
 * profile measures wall time, also while the process waits for a core. All times are scaled to the CPU time of the process.
 *
 * @param events the number of events during the profile
 * @param spentUs the CPU time of the process during the profile
 */
export function profileSummary(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  events: number,
  spentUs: number,
): string {
  // Microseconds by node, without what it calls.
  const self = new Map<number, number>();
  samples.forEach((node, index) => {
    add(self, node, timeDeltas[index + 1] ?? 0);
  });
  const packages = new Map<string, number>();
  const functions = new Map<string, number>();
  const withCalled = new Map<string, number>();
  let busy = 0;

  const byId = new Map(nodes.map((node) => [node.id, node]));
  /**
   * @param callers the names of the library's functions on the stack
   * @returns the node's time, including what it calls
   */
  const visit = (node: Profiler.ProfileNode, callers: ReadonlySet<string>): number => {
    const { functionName } = node.callFrame;
    if (functionName === '(idle)') return 0;
    const file = placeOf(node.callFrame.url);
    const name = `${functionName || '(anonymous)'}${file === '' ? '' : `  ${file}:${String(node.callFrame.lineNumber + 1)}`}`;
    const own = self.get(node.id) ?? 0;
    busy += own;
    add(functions, name, own);
    add(packages, ownerOf(file, functionName), own);
    const isOutermost = file.startsWith(LIBRARY) && !callers.has(name);
    const inside = isOutermost ? new Set(callers).add(name) : callers;
    const total = (node.children ?? []).reduce((sum, id) => {
      const child = byId.get(id);
      return child === undefined ? sum : sum + visit(child, inside);
    }, own);
    if (isOutermost) add(withCalled, name, total);
    return total;
  };
  if (nodes[0] !== undefined) visit(nodes[0], new Set());

  const list = (times: ReadonlyMap<string, number>) =>
    [...times]
      .sort(([, one], [, other]) => other - one)
      .slice(0, SHOWN)
      .map(([name, time]) => `${((time * spentUs) / busy / events).toFixed(2).padStart(8)}  ${name}`);
  return [
    `µs of CPU time per event, for ${String(events)} events; total ${(spentUs / events).toFixed(1)}`,
    ...['', 'by package', ...list(packages)],
    ...['', 'by function, without what it calls', ...list(functions)],
    ...['', `by function of ${LIBRARY}, with what it calls until it waits`, ...list(withCalled)],
    '',
  ].join('\n');
}

function add<Key>(map: Map<Key, number>, key: Key, value: number): void {
  map.set(key, (map.get(key) ?? 0) + value);
}

function placeOf(url: string): string {
  if (!url.startsWith('file://')) return url;
  const file = path.relative(ROOT, fileURLToPath(url));
  return file.replace(/^.*node_modules\//, '');
}

function ownerOf(file: string, name: string): string {
  if (file === '') return name.startsWith('(') ? name : '(V8 builtins)';
  if (file.startsWith('node:')) return 'node';
  const [first = '', second = ''] = file.split('/');
  return first.startsWith('@') || first === 'libs' ? `${first}/${second}` : first;
}
