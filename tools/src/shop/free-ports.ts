import { Failure } from '../failure.js';
import { portProblem } from '../machine/ports.js';
import type { PlannedApp } from './apps.js';

/**
 * The range that is searched. It is below the ports of outgoing connections: one of those could take the port of an app while the
 * app is restarted.
 */
const SEARCH = { from: 20_000, to: 27_000 };

/**
 * Finds a port base with free ports above it. Another process may take one before the apps do.
 * @param offsets the ports that must be free, relative to the base
 */
export async function findFreePortBase(offsets: readonly number[]): Promise<number> {
  for (;;) {
    const base = SEARCH.from + Math.floor(Math.random() * (SEARCH.to - SEARCH.from));
    const problems = await Promise.all(offsets.map((offset) => portProblem(base + offset)));
    if (problems.every((problem) => problem === null)) return base;
  }
}

/** Checks, before anything that takes time, that the port of each app is free. */
export async function requireFreePorts(apps: readonly PlannedApp[], portBase: number) {
  const problems = await Promise.all(
    apps.map(async ({ title, port }) => {
      const problem = await portProblem(port);
      return problem === null ? [] : [`Port ${String(port)}, for ${title}, ${problem}.`];
    }),
  );
  const lines = problems.flat();
  if (lines.length === 0) return;
  const advice = `Stop the program that uses it, or move all ports of the shop: SHOP_PORT_BASE=${String(portBase + 1000)} npm start`;
  throw new Failure([...lines, advice].join('\n'));
}
