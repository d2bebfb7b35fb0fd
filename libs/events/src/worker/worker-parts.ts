import type { Overruns } from '../dispatch/overruns.js';
import type { Semaphore } from '../concurrency/semaphore.js';
import type { Stopping } from '../concurrency/stopping.js';
import type { OutageWatch } from '../connection/outage-watch.js';
import type { Subscription } from '../delivery/subscriptions.js';
import type { EventsObserver } from '../observe/events-observer.js';
import type { DeadLetterLimits } from '../operate/dead-letter-limits.js';
import type { ResolvedOptions } from '../options/options.js';
import type { InFlightDeliveries } from '../read/in-flight-deliveries.js';
import type { Troubles } from '../observe/troubles.js';
import type { GroupStarts } from '../stream/clients/group-starts.js';
import type { Keyspace } from '../stream/keys/keyspace.js';
import type { Partitions } from '../stream/keys/partitions.js';
import type { StreamClient } from '../stream/clients/stream-client.js';
import type { Instrumentation } from '../model/instrumentation.js';

/** What a worker is made of. */
export interface WorkerParts {
  /** `consumer` is this worker's name in the group: no other worker has it. */
  address: { group: string; consumer: string };
  /** At least one. */
  subscriptions: readonly Subscription[];
  client: StreamClient;
  /** The keys of what belongs to no partition. */
  keyspace: Keyspace;
  partitions: Partitions;
  options: ResolvedOptions;
  observer: EventsObserver;
  instrumentation: Instrumentation;
  /** Logs an outage once for all connections. */
  watch: OutageWatch;
  deadLetterLimits: DeadLetterLimits;
}

/** What all pipelines of a worker share. */
export interface WorkerContext extends WorkerParts {
  allInFlight: InFlightDeliveries;
  semaphore: Semaphore;
  overruns: Overruns;
  troubles: Troubles;
  /** Of the whole worker. */
  stopping: Stopping;
  /** After which entry the group begins on streams where it is new. */
  starts: GroupStarts;
}
