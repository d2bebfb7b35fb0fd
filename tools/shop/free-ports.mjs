import { Failure } from '../failure.mjs';
import { portProblem } from '../machine/ports.mjs';

/**
 * Checks that each app can have its port, before time is spent on anything else.
 * @param {readonly import('./apps.mjs').PlannedApp[]} apps
 * @param {number} portBase
 */
export async function requireFreePorts(apps, portBase) {
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
