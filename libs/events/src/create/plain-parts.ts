import { OutageWatch } from '../connection/outage-watch.js';
import { RedisConnection } from '../connection/redis-connection.js';
import { EventsObserver } from '../observe/events-observer.js';
import type { Instrumentation } from '../model/instrumentation.js';
import { resolveOptions, type EventsOptions, type ResolvedOptions } from '../options/options.js';
import { Agreement } from './agreement.js';
import { AgreementClient } from '../stream/clients/agreement-client.js';
import { Keyspace } from '../stream/keys/keyspace.js';
import { Partitions } from '../stream/keys/partitions.js';
import { StreamClient } from '../stream/clients/stream-client.js';
import { instrumentationFor } from '../telemetry/telemetry.js';

/** The parts of producers and workers without a framework. */
export interface PlainParts {
  options: ResolvedOptions;
  observer: EventsObserver;
  watch: OutageWatch;
  /** Opens when it is first used, and keeps the process alive until it is closed. */
  connection: RedisConnection;
  client: StreamClient;
  partitions: Partitions;
  /** The keys that belong to no partition. */
  keyspace: Keyspace;
  agreement: Agreement;
  instrumentation: Instrumentation;
}

/** Reports outages to the log and to the observer. */
export function observedWatch(source: string, observer: EventsObserver): OutageWatch {
  return new OutageWatch(source, {
    began: (outage) => {
      observer.emit({ kind: 'outage', ...outage });
    },
    ended: (outage, durationMs) => {
      observer.emit({ kind: 'recovered', ...outage, durationMs });
    },
  });
}

/**
 * @param caller what the options were given to, as errors name it
 * @throws ConfigurationError that names the option, what came and what it takes
 */
export function plainPartsOf(caller: string, given: EventsOptions): PlainParts {
  const options = resolveOptions(given, caller);
  const { redis, source, commandTimeoutMs, prefix, state, group } = options;
  const observer = new EventsObserver();
  const watch = observedWatch(source, observer);
  const connection = new RedisConnection(redis, { name: source, timeoutMs: commandTimeoutMs, watch });
  const client = new StreamClient(connection);
  const partitions = new Partitions(options);
  const keyspace = new Keyspace(prefix, state);
  const agreement = new Agreement(options, new AgreementClient(connection), keyspace, partitions, observer);
  const instrumentation = instrumentationFor(group);
  return { options, observer, watch, connection, client, partitions, keyspace, agreement, instrumentation };
}
