import type { Argument } from '../../connection/encode-command.js';
import type { Connection } from '../../connection/connection.js';
import { asBytes, asList, asNumber } from '../../connection/reply.js';
import { LeaseLostError } from '../../model/errors/delivery.js';
import { isFenced } from '../../model/errors/redis.js';
import type { ScriptName } from '../scripts/script-commands.js';
import { asRawEntry, entryOf, MAX_TEXT_LENGTH } from '../entries/raw-entry.js';
import { claimReplyOf, type ClaimedEntry, type ClaimReply } from '../entries/claimed-entry.js';
import { ScriptRunner } from '../scripts/script-runner.js';
import { StreamClient } from './stream-client.js';
import { WaitingClient } from './waiting-client.js';
import type { ConsumerAddress } from '../keys/consumer-address.js';
import type { StreamEntry } from '../entries/stream-entry.js';

/** What lets the owner of a partition act, and nobody who was it once. */
export interface Fence {
  /** The partition's prefix: `{ecommerce:3}`. */
  partition: string;
  /** The key of the lease. */
  lease: string;
  worker: string;
  epoch: number;
}

/** What a group has to do in one stream of a partition; see `lua/read-partition.lua`. */
export interface PartitionReply {
  pending: ClaimReply;
  fresh: StreamEntry[];
  /** The last id that the group was given. */
  last: string;
  /**
   * After how many milliseconds the first of the entries is overdue that wait for a worker that handles them; undefined where this
   * page of what is pending has none.
   */
  overdueInMs: number | undefined;
}

/** What this worker handles, and how long what it does not handle waits for one that does. */
export interface Handled {
  /** For each stream: the names of the consumers under which waits what this worker handles, see {@link linesOf}. */
  lines: readonly string[];
  graceMs: number;
}

const FENCED: Partial<Record<ScriptName, ScriptName>> = {
  settle: 'settle-fenced',
  acknowledge: 'acknowledge-fenced',
  'wait-for-handler': 'wait-for-handler-fenced',
};

/** Runs scripts for a partition's owner: once another worker owns the partition, they do nothing and throw LeaseLostError. */
class FencedScripts extends ScriptRunner {
  private lost: LeaseLostError | undefined;

  constructor(
    connection: Connection,
    private readonly fence: Fence,
    private readonly onLost: (error: LeaseLostError) => void,
  ) {
    super(connection);
  }

  override run(
    name: ScriptName,
    keys: readonly string[],
    values: readonly Argument[],
    timeoutMs?: number,
  ): Promise<unknown> {
    const fenced = FENCED[name];
    return fenced ? this.runFenced(fenced, keys, values, timeoutMs) : super.run(name, keys, values, timeoutMs);
  }

  /** @param name of a script that checks the fence */
  async runFenced(
    name: ScriptName,
    keys: readonly string[],
    values: readonly Argument[],
    timeoutMs?: number,
  ): Promise<unknown> {
    // An epoch that has passed does not come back: there is nothing more to ask.
    if (this.lost) throw this.lost;
    const { partition, lease, worker, epoch } = this.fence;
    try {
      return await super.run(name, [...keys, lease], [...values, worker, epoch], timeoutMs);
    } catch (error) {
      if (!isFenced(error)) throw error;
      throw this.lose(new LeaseLostError(partition, epoch, error.message));
    }
  }

  private lose(error: LeaseLostError): LeaseLostError {
    if (this.lost) return this.lost;
    this.lost = error;
    this.onLost(error);
    return error;
  }
}

/** Entries of a partition that wait for a handler: nothing is noted for the group, as the owner looks by itself. */
class PartitionWaitingClient extends WaitingClient {
  constructor(
    scripts: ScriptRunner,
    private readonly onWaiting: () => void,
  ) {
    super(scripts);
  }

  override async letWait(
    address: ConsumerAddress,
    _watch: string | undefined,
    name: string,
    entry: Pick<ClaimedEntry, 'id' | 'deliveries'>,
  ): Promise<boolean> {
    const waits = await super.letWait(address, undefined, name, entry);
    if (waits) this.onWaiting();
    return waits;
  }
}

/**
 * The commands of a partition's owner. What it settles, acknowledges, reads and leaves to others is refused whole once another worker
 * owns the partition, with LeaseLostError.
 */
export class FencedClient extends StreamClient {
  private readonly fenced: FencedScripts;

  /**
   * @param onLost called once, when Redis says that the lease is somebody else's
   * @param onWaiting called when an entry was left to a worker that handles it
   */
  constructor(
    connection: Connection,
    private readonly fence: Fence,
    onLost: (error: LeaseLostError) => void,
    onWaiting: () => void,
  ) {
    const scripts = new FencedScripts(connection, fence, onLost);
    super(connection, scripts, new PartitionWaitingClient(scripts, onWaiting));
    this.fenced = scripts;
  }

  /**
   * What is pending in streams of the partition, whoever it was given to, and then what is new.
   *
   * @param from for each stream: where to go on with what is pending, `-` at first; undefined for new entries only
   * @param last for each stream: the last id that the group was given; undefined before the first read
   * @param count how many entries of each stream
   * @param handled what waits for a worker that handles it is left there, unless it is this one, or nobody has come for too long
   */
  async readPartition(
    streamKeys: readonly string[],
    { group, consumer }: { group: string; consumer: string },
    count: number,
    from: readonly (string | undefined)[],
    last: readonly (string | undefined)[],
    { lines, graceMs }: Handled,
  ): Promise<PartitionReply[]> {
    const values = [group, consumer, count, ...[...from, ...last].map((id) => id ?? ''), ...lines, graceMs];
    const reply = await this.fenced.runFenced('read-partition', streamKeys, values);
    return asList(reply, 'read-partition').map(partitionReplyOf);
  }

  async renewLease(leaseMs: number): Promise<void> {
    await this.fenced.runFenced('renew-lease', [this.fence.lease], [leaseMs]);
  }

  async releaseLease(): Promise<void> {
    await this.fenced.runFenced('release-lease', [this.fence.lease], []);
  }
}

/** What `lua/read-partition.lua` replies of one stream. */
function partitionReplyOf(reply: unknown): PartitionReply {
  const page = asList(reply, 'read-partition');
  const [, , , fresh, last, overdueInMs] = page;
  const overdue = asNumber(overdueInMs, 'read-partition');
  return {
    pending: claimReplyOf(page, 'read-partition'),
    fresh: asList(fresh, 'read-partition').map((entry) =>
      entryOf(asRawEntry(entry, 'read-partition'), MAX_TEXT_LENGTH),
    ),
    last: asBytes(last, 'read-partition').toString(),
    overdueInMs: overdue < 0 ? undefined : overdue,
  };
}
