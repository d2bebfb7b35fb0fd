import { OrderPlaced } from '@shop/contracts';
import { setImmediate as turn } from 'node:timers/promises';
import { entries, NOTES, STREAM } from './batch.js';
import {
  EventsObserver,
  Gatherer,
  InFlightDeliveries,
  InFlightDelivery,
  NO_INSTRUMENTATION,
  Overruns,
  Pipeline,
  Semaphore,
  Stopping,
  subscriptionsOf,
  type CommitResult,
  type Settler,
} from './internals.js';
import { standIn } from './stand-in.js';

const CONCURRENCY = 1000;

/** Handles a batch from the read entries to its settlement, without Redis' part of it. Resolves with the number of events. */
export function createDispatch(): () => Promise<number> {
  const handler = {
    name: 'Orders.onOrder',
    event: OrderPlaced,
    retry: { attempts: 3, firstDelayMs: 100, maxDelayMs: 1000 },
    errors: [],
    timeoutMs: 30_000,
    parksKey: false,
    invoke: () => undefined,
  };
  const [subscription] = subscriptionsOf([handler], []);
  if (subscription === undefined) throw new Error('There is no subscription');
  const semaphore = new Semaphore(CONCURRENCY);
  const allInFlight = new InFlightDeliveries(
    { entries: 1000, bytes: 2 ** 26, concurrency: CONCURRENCY },
    () => semaphore.load,
  );
  const gatherer = new Gatherer<unknown, CommitResult>(() => Promise.resolve({ status: 'applied' }));
  const pipeline = new Pipeline({
    allInFlight,
    address: { group: 'bench', consumer: 'bench' },
    semaphore,
    overruns: new Overruns(Infinity),
    settler: standIn<Settler>({ commit: (handlerDelivery) => gatherer.add(handlerDelivery) }),
    outages: standIn(),
    transactions: standIn(),
    observer: new EventsObserver(),
    instrumentation: NO_INSTRUMENTATION,
    stopping: new Stopping(),
    takeoverAfterMs: Infinity,
    deadLetterQuota: standIn(),
  });
  const channel = { key: STREAM, notes: NOTES, isReplay: false, start: '0' };
  const nothing = new Map<string, string>();
  return async () => {
    for (const entry of entries) {
      pipeline.accept(new InFlightDelivery(subscription, channel, entry, nothing, undefined, false));
    }
    while (allInFlight.size > 0) await turn();
    return entries.length;
  };
}
