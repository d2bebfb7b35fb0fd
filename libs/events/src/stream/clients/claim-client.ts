import { asList, asNumber, asText, asTexts } from '../../connection/reply.js';
import {
  claimedEntriesOf,
  claimReplyOf,
  FIRST_PAGE,
  type ClaimedEntry,
  type ClaimReply,
} from '../entries/claimed-entry.js';
import type { ConsumerAddress } from '../keys/consumer-address.js';
import type { ScriptRunner } from '../scripts/script-runner.js';

/** How many entries one script call takes: while it runs, the server does nothing else. */
const ENTRIES_AT_ONCE = 1000;

/** The pending list of a group: which consumer has which entry. */
export class ClaimClient {
  constructor(private readonly scripts: ScriptRunner) {}

  /** What this consumer was given and has not settled, after an id, or on the {@link FIRST_PAGE}. Makes the consumer where it is missing. */
  async pendingOf(
    { streamKey, group, consumer }: ConsumerAddress,
    after: string,
    count: number,
  ): Promise<ClaimedEntry[]> {
    const reply = await this.scripts.run('pending-of-consumer', [streamKey], [group, consumer, fromOf(after), count]);
    return claimedEntriesOf(reply, 'pending-of-consumer');
  }

  /** Whether this consumer has unsettled entries between two ids, both left out; {@link FIRST_PAGE} and undefined for no limit. */
  async hasPending(
    { streamKey, group, consumer }: ConsumerAddress,
    after: string,
    before: string | undefined,
  ): Promise<boolean> {
    const end = before === undefined ? '+' : `(${before}`;
    const rows = await this.scripts.connection.command('XPENDING', streamKey, group, fromOf(after), end, 1, consumer);
    return asList(rows, 'XPENDING').length > 0;
  }

  /** Lets entries go that this consumer has not begun with: they stay its own, and this delivery does not count. */
  async defer({ streamKey, group, consumer }: ConsumerAddress, entries: readonly ClaimedEntry[]): Promise<void> {
    for (let first = 0; first < entries.length; first += ENTRIES_AT_ONCE) {
      const some = entries.slice(first, first + ENTRIES_AT_ONCE);
      const values = some.flatMap(({ id, deliveries }) => [id, deliveries]);
      await this.scripts.run('defer', [streamKey], [group, consumer, ...values]);
    }
  }

  /** Goes on with entries that were deferred. @returns those that are still this consumer's */
  async resume({ streamKey, group, consumer }: ConsumerAddress, ids: readonly string[]): Promise<ClaimedEntry[]> {
    const reply = await this.scripts.run('resume', [streamKey], [group, consumer, ...ids]);
    return claimedEntriesOf(reply, 'resume');
  }

  /**
   * Takes over entries that no consumer has renewed for `minIdleMs`, one page at a time.
   *
   * @param from where to begin: {@link FIRST_PAGE}, or `next` of the page before
   */
  async takeOver(
    { streamKey, group, consumer }: ConsumerAddress,
    minIdleMs: number,
    from: string,
    count: number,
  ): Promise<ClaimReply> {
    const reply = await this.scripts.run('claim', [streamKey], [group, consumer, minIdleMs, from, count]);
    return claimReplyOf(asList(reply, 'claim'), 'claim');
  }

  /** Renews the claim on deliveries that are still this consumer's. @returns the ids that no longer are */
  async renew({ streamKey, group, consumer }: ConsumerAddress, ids: readonly string[]): Promise<string[]> {
    const lost: string[] = [];
    for (let first = 0; first < ids.length; first += ENTRIES_AT_ONCE) {
      const some = ids.slice(first, first + ENTRIES_AT_ONCE);
      lost.push(...asTexts(await this.scripts.run('renew', [streamKey], [group, consumer, ...some]), 'renew'));
    }
    return lost;
  }

  /**
   * Hands back what the consumer still has, and removes it from the group.
   *
   * @param idleMs for how long the entries then count as not renewed, so that others take them over at once
   * @returns how many were handed back
   */
  async handBack({ streamKey, group, consumer }: ConsumerAddress, idleMs: number): Promise<number> {
    let handedBack = 0;
    let from = FIRST_PAGE;
    while (from !== '') {
      const reply = await this.scripts.run('hand-back', [streamKey], [group, consumer, idleMs, from, ENTRIES_AT_ONCE]);
      const [count, next] = asList(reply, 'hand-back');
      handedBack += asNumber(count, 'hand-back');
      from = asText(next, 'hand-back');
    }
    return handedBack;
  }
}

/** Where a range begins that leaves an id out. @param after an id, or {@link FIRST_PAGE} */
function fromOf(after: string): string {
  return after === FIRST_PAGE ? after : `(${after}`;
}
