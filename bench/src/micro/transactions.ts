import { OrderPlaced } from '@shop/contracts';
import { validate } from 'nestjs-event-streams/internal';
import { PAYMENTS_SOURCE } from '../contestants/contestant.js';
import { payOrder } from '../pay-order.js';
import { entries, LIMITS, NOTES, STREAM } from './batch.js';
import {
  decodeToHandle,
  effectsOf,
  EncodedCommand,
  NO_INSTRUMENTATION,
  settleArguments,
  type Partitions,
  type Settlement,
  type TransactionParts,
  WorkerTransaction,
} from './internals.js';
import { standIn } from './stand-in.js';

const HANDLER = 'Orders.payOrder';
const HANDLERS = [HANDLER];
const SHA_LENGTH = 40;

/** The settlements of handlers that pay the orders of a batch. */
export function createPaying(partitions: Partitions): () => Settlement[] {
  const causes = entries.map(({ fields }) => {
    const cause = decodeToHandle(fields);
    return { cause, order: validate(OrderPlaced, cause.data) };
  });
  const parts: TransactionParts = {
    reads: standIn(),
    keyspace: partitions.at(0),
    partitions,
    source: PAYMENTS_SOURCE,
    limits: LIMITS,
    instrumentation: NO_INSTRUMENTATION,
    erasure: false,
    subjectKeys: standIn(),
  };
  return () =>
    causes.map(({ cause, order }, index) => {
      const transaction = new WorkerTransaction(parts, cause, HANDLER);
      payOrder(order, transaction);
      const { reads, writes, events } = effectsOf(transaction);
      return {
        streamKey: STREAM,
        notes: NOTES,
        id: entries[index]?.id ?? '',
        eventId: cause.event_id,
        handler: HANDLER,
        handlers: HANDLERS,
        noteBecomes: undefined,
        keyRule: undefined,
        reads,
        writes,
        events,
      };
    });
}

/** The command that commits settlements. */
export function createCommit(settlements: readonly Settlement[]): () => EncodedCommand {
  const sha = '0'.repeat(SHA_LENGTH);
  return () => {
    const { keys, values } = settleArguments({ group: 'bench', consumer: 'bench' }, settlements);
    const command = new EncodedCommand(['evalsha', sha, keys.length, ...keys, ...values]);
    command.recycle();
    return command;
  };
}
