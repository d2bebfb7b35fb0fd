import type { Stopping } from '../concurrency/stopping.js';
import { SubjectKeys } from '../personal/subject-keys.js';
import { StreamSource, type DeliverySink } from '../read/stream-source.js';
import { Outages } from '../settle/outages.js';
import { Settler } from '../settle/settler.js';
import type { Keyspace } from '../stream/keys/keyspace.js';
import type { StreamClient } from '../stream/clients/stream-client.js';
import type { Instrumentation } from '../model/instrumentation.js';
import { WorkerReads } from '../transaction/worker-reads.js';
import { Pipeline } from './pipeline.js';
import type { WorkerContext } from './worker-parts.js';

/** What a pipeline is for: the whole worker, or one partition during one lease. */
export interface PipelineScope {
  keyspace: Keyspace;
  client: StreamClient;
  instrumentation: Instrumentation;
  /** Ends the handling of this scope. */
  stopping: Stopping;
  /** Whether shutdown's deadline has passed: outages are not waited out any longer. */
  isOver: () => boolean;
  /** After how long without a sign of life others take the deliveries of this scope over, in milliseconds. */
  takeoverAfterMs: number;
}

/** Builds a pipeline, and the sources that bring it entries: of each subscription its stream, and the dead letters that come back. */
export function buildPipeline(
  context: WorkerContext,
  scope: PipelineScope,
): { pipeline: Pipeline; sources: readonly StreamSource[] } {
  const pipeline = pipelineOf(context, scope);
  const sources = sourcesOf(context, scope, pipeline);
  for (const one of sources) pipeline.readDeferredBy(one.streamKey, one);
  return { pipeline, sources };
}

function pipelineOf(context: WorkerContext, scope: PipelineScope): Pipeline {
  const { address, partitions, allInFlight, semaphore, overruns, options, observer, troubles, deadLetterLimits } =
    context;
  const { keyspace, client, instrumentation, stopping, isOver, takeoverAfterMs } = scope;
  const { source, producer: limits, erasure } = options;
  const { maxBytes: maxDeadLetterBytes } = deadLetterLimits;
  const subjectKeys = new SubjectKeys(client);
  const outages = new Outages(isOver, troubles);
  const reads = new WorkerReads(client.reads);
  return new Pipeline({
    address,
    allInFlight,
    semaphore,
    overruns,
    settler: new Settler({ client, keyspace, address, outages, instrumentation, subjectKeys, maxDeadLetterBytes }),
    outages,
    transactions: { reads, keyspace, partitions, source, limits, instrumentation, erasure, subjectKeys },
    observer,
    instrumentation,
    stopping,
    takeoverAfterMs,
    deadLetterQuota: deadLetterLimits,
  });
}

function sourcesOf(context: WorkerContext, scope: PipelineScope, sink: DeliverySink): StreamSource[] {
  const { address, subscriptions, allInFlight, observer, starts } = context;
  const { keyspace, client, instrumentation } = scope;
  return subscriptions.flatMap((subscription) => {
    const { streamName } = subscription;
    const channels = [
      keyspace.channel(streamName, address.group, starts.of(keyspace.stream(streamName))),
      keyspace.replays(streamName, address.group),
    ];
    return channels.map(
      (channel) =>
        new StreamSource({ subscription, channel, address, client, allInFlight, sink, observer, instrumentation }),
    );
  });
}
