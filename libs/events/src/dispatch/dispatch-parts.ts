import type { Semaphore } from '../concurrency/semaphore.js';
import type { Stopping } from '../concurrency/stopping.js';
import type { EventsObserver } from '../observe/events-observer.js';
import type { Instrumentation } from '../model/instrumentation.js';
import type { Outages } from '../settle/outages.js';
import type { Settler } from '../settle/settler.js';
import type { TransactionParts } from '../transaction/worker-transaction.js';
import type { DeadLetterQuota } from './dead-letter-quota.js';
import type { Overruns } from './overruns.js';

/** What running handlers needs; each class here takes the parts that it names. */
export interface DispatchParts {
  address: { group: string; consumer: string };
  /** A slot for each handler that runs. */
  semaphore: Semaphore;
  overruns: Overruns;
  settler: Settler;
  outages: Outages;
  transactions: TransactionParts;
  observer: EventsObserver;
  instrumentation: Instrumentation;
  stopping: Stopping;
  /** After how long without a sign of life others take this worker's deliveries over, in milliseconds. */
  takeoverAfterMs: number;
  deadLetterQuota: DeadLetterQuota;
}
