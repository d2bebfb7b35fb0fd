import { Failure } from '@shop/tools';
import type { ConsumerReport } from '../process/messages.js';
import type { Child } from './child.js';
import { checkCounts, checkHandledOnce } from './correctness.js';

/**
 * Ends the workers and collects their reports.
 *
 * @param total how many events all of them have handled together
 * @throws Failure if an event was lost or handled more than once
 */
export async function collectReports(
  workers: readonly Child[],
  total: number,
  withEffects: boolean,
): Promise<ConsumerReport[]> {
  const reports = await Promise.all(
    workers.map((worker) => {
      worker.send('finish');
      return worker.receive('report');
    }),
  );
  for (const worker of workers) worker.send('exit');
  checkHandledOnce(
    reports.map(({ times }) => times),
    total,
  );
  for (const { settled } of reports) {
    checkCounts(settled, total);
    if (withEffects && Object.keys(settled).length < 2) {
      throw new Failure('This contestant does not count the effects of its handlers (settled).');
    }
  }
  return reports;
}
