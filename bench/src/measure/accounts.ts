import { Failure } from '@shop/tools';
import type { Account } from '../process/messages.js';
import type { Child } from './child.js';
import { checkAll, checkOnce } from './correctness.js';

/**
 * Ends the workers, and takes their accounts.
 *
 * @param total events that all of them have handled together
 * @throws Failure when an event was lost or handled more than once
 */
export async function takeAccounts(workers: readonly Child[], total: number, withEffects: boolean): Promise<Account[]> {
  const accounts = await Promise.all(
    workers.map((worker) => {
      worker.say('finish');
      return worker.hear('account');
    }),
  );
  for (const worker of workers) worker.say('leave');
  checkOnce(
    accounts.map(({ times }) => times),
    total,
  );
  for (const { settled } of accounts) {
    checkAll(settled, total);
    if (withEffects && Object.keys(settled).length < 2) {
      throw new Failure('This contestant does not show the effects of its handlers.');
    }
  }
  return accounts;
}
