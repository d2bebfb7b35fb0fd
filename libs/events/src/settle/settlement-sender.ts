import type { HandlerDelivery } from '../delivery/handler-delivery.js';
import { DeliveryLostError } from '../model/errors/delivery.js';
import { isOutageForAll } from '../model/errors/redis.js';
import { TransactionRefusedError } from '../model/errors/transaction.js';
import type { Unsealed } from '../personal/unsealed.js';
import type { SettleReply } from '../stream/clients/settle-client.js';
import { Batcher } from './batcher.js';
import type { CommitResult } from './commit-result.js';
import { observed } from './observed.js';
import { settleArguments } from './settle-arguments.js';
import { isFinal, weightOf, type SentSettlement } from './settlement.js';
import type { SettlerParts } from './settler-parts.js';

/** Settlements of one call, by number and by bytes. */
const LIMITS = { most: 100, heaviest: 2 ** 20, weigh: weightOf };

/** Sends settlements by `lua/settle.lua`, many with one call, and again until it is known what became of them. */
export class SettlementSender {
  private readonly batcher: Batcher<SentSettlement, SettleReply, CommitResult>;

  constructor(
    private readonly parts: Pick<SettlerParts, 'client' | 'address' | 'outages' | 'instrumentation' | 'subjectKeys'>,
  ) {
    this.batcher = new Batcher<SentSettlement, SettleReply, CommitResult>(
      {
        send: (batch) => {
          for (const settlement of batch) settlement.sent += 1;
          return this.sendAll(batch);
        },
        answer,
        isOwn: (error) => !isOutageForAll(error),
        waitOut: (error, refusals) => parts.outages.waitOut('Settling', error, refusals),
      },
      LIMITS,
    );
  }

  /**
   * Resolves when the settlement is applied, or is not and cannot be as things are.
   *
   * @throws DeliveryLostError when another consumer has the delivery, or has settled it; nothing was applied
   * @throws TransactionRefusedError when a write does not fit; nothing was applied
   * @throws Redis' error, such as NOGROUP; an outage when shutdown's deadline has passed
   */
  send(settlement: SentSettlement): Promise<CommitResult> {
    return this.batcher.add(settlement);
  }

  /** One call for all. Where Redis refuses that, one call for each, unless the reason concerns all: one settlement may be the reason. */
  private async sendAll(batch: readonly SentSettlement[]): Promise<readonly SettleReply[]> {
    const { client, address } = this.parts;
    try {
      const sealing = this.seal(batch);
      if (sealing) await sealing;
      // At once: the server that is asked now knows the keys of personal data.
      const { keys, values } = settleArguments(address, batch);
      const settle = () => client.settling.settle(keys, values);
      return await observed(this.parts, () => batch.map(({ handlerDelivery }) => handlerDelivery), settle);
    } catch (error) {
      if (batch.length === 1 || isOutageForAll(error)) throw error;
      const one = (settlement: SentSettlement) =>
        this.sendAll([settlement]).catch((reason: unknown) => [{ status: 'error', error: reason as Error } as const]);
      return (await Promise.all(batch.map(one))).flat();
    }
  }

  /** Encrypts the personal data of the settlements' events. @returns undefined when it is done already */
  private seal(batch: readonly SentSettlement[]): Promise<void> | undefined {
    let unsealed: Unsealed[] | undefined;
    for (const { unsealed: own } of batch) if (own && own.length > 0) (unsealed ??= []).push(...own);
    return unsealed && this.parts.subjectKeys.seal(unsealed);
  }
}

/**
 * What a reply means to whoever settles. A settlement is sent again until its fate is known. "Settled already" means to one that was
 * sent again that it was applied before; to one that was sent once, that somebody else has settled the delivery.
 *
 * @throws DeliveryLostError, TransactionRefusedError, Redis' error
 */
function answer(settlement: SentSettlement, reply: SettleReply): CommitResult {
  if (reply.status === 'error') throw reply.error;
  if (reply.status === 'lost' || (reply.status === 'already-settled' && settlement.sent === 1)) {
    throw lossOf(settlement.handlerDelivery);
  }
  if (reply.status === 'refused') throw new TransactionRefusedError(reply.why);
  const isApplied = reply.status === 'applied' || reply.status === 'already-settled';
  if (isApplied && isFinal(settlement)) settlement.handlerDelivery.inFlight.openHandlers -= 1;
  return reply;
}

export function lossOf({ inFlight }: HandlerDelivery): DeliveryLostError {
  return new DeliveryLostError(inFlight.entryRef);
}
