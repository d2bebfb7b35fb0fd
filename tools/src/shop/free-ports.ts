import { Failure } from '../failure.js';
import { portProblem } from '../machine/ports.js';
import type { PlannedApp } from './apps.js';

/**
 * Below the ports that systems give to outgoing connections: while whoever listens is restarted, such a connection could
 * take the port, even one to that very port.
 */
const SEARCH = { from: 20_000, to: 27_000 };

/**
 * A base above which ports are free now; another process may take one in the next moment.
 * @param offsets which ports above the base are meant
 */
export async function findFreePortBase(offsets: readonly number[]): Promise<number> {
  for (;;) {
    const base = SEARCH.from + Math.floor(Math.random() * (SEARCH.to - SEARCH.from));
    const problems = await Promise.all(offsets.map((offset) => portProblem(base + offset)));
    if (problems.every((problem) => problem === null)) return base;
  }
}

/** Checks that each app can have its port, before time is spent on anything else. */
export async function requireFreePorts(apps: readonly PlannedApp[], portBase: number) {
  const problems = await Promise.all(
    apps.map(async ({ title, port }) => {
      const problem = await portProblem(port);
      return problem === null ? [] : [`Port ${String(port)}, for ${title}, ${problem}.`];
    }),
  );
  const lines = problems.flat();
  if (lines.length === 0) return;
  const advice = `Stop what uses it, or move all ports of the shop: SHOP_PORT_BASE=${String(portBase + 1000)} npm start`;
  throw new Failure([...lines, advice].join('\n'));
}
