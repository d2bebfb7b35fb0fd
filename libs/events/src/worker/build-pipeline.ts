import { HandlerRunner } from '../dispatch/handler-runner.js';
import type { Stopping } from '../concurrency/stopping.js';
import { SubjectKeys } from '../personal/subject-keys.js';
import { StreamSource } from '../read/stream-source.js';
import { Settler } from '../settle/settler.js';
import type { Keyspace } from '../stream/keyspace.js';
import type { StreamClient } from '../stream/stream-client.js';
import type { Instrumentation } from '../model/instrumentation.js';
import { WorkerReads } from '../transaction/worker-reads.js';
import { Pipeline } from './pipeline.js';
import type { WorkerContext } from './worker-parts.js';

/** What a pipeline is for: the whole worker, or one partition for the time of one lease. */
export interface PipelineScope {
  keyspace: Keyspace;
  client: StreamClient;
  instrumentation: Instrumentation;
  /** Ends the handling of this scope. */
  stopping: Stopping;
  /** Whether outages are not waited out any longer. */
  isOver: () => boolean;
  /** After how long without a sign of life others take the deliveries of this scope over, in milliseconds. */
  takeoverAfterMs: number;
}

/** Wires a pipeline, and the sources that bring it entries: of each subscription its stream, and the dead letters that come back. */
export function buildPipeline(
  context: WorkerContext,
  scope: PipelineScope,
): { pipeline: Pipeline; sources: readonly StreamSource[] } {
  const { address, subscriptions, partitions, inFlight, semaphore, overruns, options, observer, troubles, starts, deadLetterLimits } = context; // prettier-ignore
  const { keyspace, client, instrumentation, stopping, isOver, takeoverAfterMs } = scope;
  const subjectKeys = new SubjectKeys(client);
  const settler = new Settler(
    client,
    keyspace,
    address,
    isOver,
    instrumentation,
    deadLetterLimits.maxBytes,
    subjectKeys,
    troubles,
  );
  const { source, producer: limits, erasure } = options;
  const reads = new WorkerReads(client.reads);
  const transactions = { reads, keyspace, partitions, source, limits, instrumentation, erasure, subjectKeys };
  const runner = new HandlerRunner(
    address,
    semaphore,
    overruns,
    settler,
    transactions,
    observer,
    stopping,
    instrumentation,
    takeoverAfterMs,
    deadLetterLimits,
  );
  const pipeline = new Pipeline(inFlight, runner, stopping);
  const sources = subscriptions.flatMap((subscription) =>
    [
      keyspace.channel(subscription.stream, address.group, starts.of(keyspace.stream(subscription.stream))),
      keyspace.replays(subscription.stream, address.group),
    ].map(
      (channel) =>
        new StreamSource(subscription, address, channel, client, inFlight, pipeline, observer, instrumentation),
    ),
  );
  for (const one of sources) pipeline.comesFrom(one.streamKey, one);
  return { pipeline, sources };
}
