import { asList } from '../../connection/reply.js';
import { claimedEntriesOf, vanishedOf, type ClaimedEntry, type ClaimReply } from '../entries/claimed-entry.js';
import type { ConsumerAddress } from '../keys/consumer-address.js';
import type { ScriptRunner } from '../scripts/script-runner.js';
import { MAX_AWAITED } from '../keys/waiting.js';

/** Entries that this worker has no handler for, and that wait for a worker that has one. */
export class WaitingClient {
  constructor(private readonly scripts: ScriptRunner) {}

  /**
   * Lets an entry go that this consumer has no handler for: a worker that has one takes it.
   *
   * @param watch the key of the group's watch; undefined for a partition
   * @param name of the consumer that stands for what the entry waits for
   * @param entry `deliveries`: how often it was delivered to others before
   * @returns false when entries of the stream wait for too many different things already
   */
  async letWait(
    { streamKey, group, consumer }: ConsumerAddress,
    watch: string | undefined,
    name: string,
    { id, deliveries }: Pick<ClaimedEntry, 'id' | 'deliveries'>,
  ): Promise<boolean> {
    const keys = watch === undefined ? [streamKey] : [streamKey, watch];
    const values = [group, consumer, name, MAX_AWAITED, id, deliveries];
    return (await this.scripts.run('wait-for-handler', keys, values)) === 1;
  }

  /**
   * Takes entries that wait for a handler that this worker has, and those that no living worker handles and that have waited for
   * `graceMs`.
   *
   * @param names of the consumers under which waits what this worker handles
   * @param times.aliveMs for how long a worker counts as alive after it was seen
   */
  async take(
    { streamKey, group, consumer }: ConsumerAddress,
    watch: string,
    names: readonly string[],
    { graceMs, aliveMs }: { graceMs: number; aliveMs: number },
    count: number,
  ): Promise<Omit<ClaimReply, 'next'>> {
    const values = [group, consumer, graceMs, aliveMs, count, ...names];
    const reply = await this.scripts.run('take-waiting', [streamKey, watch], values);
    const [entries, vanished] = asList(reply, 'take-waiting');
    return { entries: claimedEntriesOf(entries, 'take-waiting'), vanished: vanishedOf(vanished, 'take-waiting') };
  }
}
