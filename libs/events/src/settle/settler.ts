import type { HandlerDelivery } from '../delivery/handler-delivery.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { DeadLetterReason } from '../model/outcome.js';
import { DONE, formatNote, noteField, parseNote } from '../stream/entries/delivery-notes.js';
import { waitingFor } from '../stream/keys/waiting.js';
import { isEmpty, type BufferedWrite, type TransactionEffects } from '../transaction/effects.js';
import { Acknowledgements } from './acknowledgements.js';
import type { CommitResult } from './commit-result.js';
import { deadLetterFields } from './dead-letter-fields.js';
import { keyRuleOf, type KeyRule } from './key-rule.js';
import { lossOf, SettlementSender } from './settlement-sender.js';
import { NO_EFFECTS, settlementOf, type SentSettlement } from './settlement.js';
import type { SettlerParts } from './settler-parts.js';

/** Writes to Redis what was decided about deliveries: commits, notes of failures, dead letters. Nothing else does. */
export class Settler {
  private readonly acknowledgements: Acknowledgements;
  private readonly settlements: SettlementSender;

  constructor(private readonly parts: SettlerParts) {
    this.acknowledgements = new Acknowledgements(parts);
    this.settlements = new SettlementSender(parts);
  }

  /**
   * Commits a handler's success with the effects of its transaction. The last handler of an event acknowledges it.
   *
   * @throws DeliveryLostError when another consumer has the delivery; nothing was applied
   * @throws TransactionRefusedError when a write does not fit; nothing was applied
   */
  commit(handlerDelivery: HandlerDelivery, effects: TransactionEffects | undefined): Promise<CommitResult> {
    const { inFlight, handlers } = handlerDelivery;
    const keyRule = this.keyRuleOf(handlerDelivery, inFlight.origin ? 'release' : 'unless-parked');
    const isPlain = !keyRule && handlers.length <= 1 && !inFlight.isNoted && !inFlight.channel.isReplay;
    if (isPlain && (!effects || isEmpty(effects))) return this.acknowledgements.add(handlerDelivery);
    return this.settle(settlementOf(handlerDelivery, effects, keyRule));
  }

  /** Whether an earlier event of the partition key is a dead letter, so that this one must wait. */
  async isParked(handlerDelivery: HandlerDelivery): Promise<boolean> {
    const keyRule = this.keyRuleOf(handlerDelivery, 'unless-parked');
    if (!keyRule || handlerDelivery.inFlight.origin) return false;
    return this.throughOutages(() => this.parts.client.reads.exists(keyRule.list));
  }

  /**
   * Notes the delivery's failures, or that a quarantine run begins, so that both survive a crash.
   *
   * @param change `+name` of a quarantine run that begins, `-name` of one that has ended
   * @throws DeliveryLostError
   */
  async note(handlerDelivery: HandlerDelivery, change?: string): Promise<void> {
    handlerDelivery.inFlight.isNoted = true;
    const noteBecomes = formatNote(handlerDelivery.note, change);
    const reply = await this.settlements.send(settlementOf(handlerDelivery, NO_EFFECTS, undefined, noteBecomes));
    if (reply.status === 'already-settled') throw lossOf(handlerDelivery);
  }

  /** The quarantine runs of this handler that began and have not ended. */
  async openQuarantineRuns({ inFlight, handler }: HandlerDelivery): Promise<readonly string[]> {
    const { reads } = this.parts.client;
    const field = noteField(inFlight.entry.id, handler);
    const [note] = await this.throughOutages(() => reads.hashFields(inFlight.channel.notes, [field]));
    return parseNote(note ?? undefined).openQuarantineRuns;
  }

  /** Takes the note of a quarantine run back, whoever has the delivery by now. @param name of the run */
  async endQuarantineRun({ inFlight, handler }: HandlerDelivery, name: string): Promise<void> {
    const { settling } = this.parts.client;
    const field = noteField(inFlight.entry.id, handler);
    await this.throughOutages(() => settling.endQuarantineRun(inFlight.channel.notes, field, name));
  }

  /**
   * Leaves the delivery to a worker that handles it.
   *
   * @param awaited the handler that it waits for, such as `order_placed 2`
   * @returns false when events wait for too many different handlers already
   */
  waitForHandler({ inFlight }: HandlerDelivery, awaited: string): Promise<boolean> {
    const { client, keyspace, address } = this.parts;
    const { channel, entry, deliveries } = inFlight;
    const consumer = { streamKey: channel.key, ...address };
    const delivery = { id: entry.id, deliveries: Math.max(0, deliveries) };
    const watch = keyspace.watch(address.group);
    return this.throughOutages(() => client.waiting.letWait(consumer, watch, waitingFor(awaited), delivery));
  }

  /**
   * Moves the delivery, for this handler, to the stream's dead letters.
   *
   * @returns false when it was to follow other parked events and there is none any more
   * @throws DeliveryLostError
   */
  async deadLetter(handlerDelivery: HandlerDelivery, reason: DeadLetterReason, error: Error): Promise<boolean> {
    const { inFlight } = handlerDelivery;
    const { address, keyspace, maxDeadLetterBytes } = this.parts;
    const cause = { reason, error, at: new Date() };
    const deadLetter = deadLetterFields(handlerDelivery, address.group, cause, maxDeadLetterBytes);
    const deadLettersKey = keyspace.deadLetters(inFlight.subscription.streamName);
    const rule = inFlight.origin ? 'return' : reason === 'parked' ? 'follow' : 'park';
    const effects = { ...NO_EFFECTS, events: [{ streamKey: deadLettersKey, ...deadLetter }] };
    const reply = await this.settle(settlementOf(handlerDelivery, effects, this.keyRuleOf(handlerDelivery, rule)));
    return reply.status !== 'none-parked';
  }

  private keyRuleOf(handlerDelivery: HandlerDelivery, rule: KeyRule['rule']): KeyRule | undefined {
    return keyRuleOf(handlerDelivery, rule, this.parts.keyspace, this.parts.address.group);
  }

  /** Settles for good. Of one entry one settlement after the other, so that the last handler, and no other, acknowledges it. */
  private settle(settlement: SentSettlement): Promise<CommitResult> {
    const { inFlight } = settlement.handlerDelivery;
    return inFlight.isLastSettlement ? this.send(settlement) : inFlight.settleInTurn(() => this.send(settlement));
  }

  private send(settlement: SentSettlement): Promise<CommitResult> {
    const { inFlight } = settlement.handlerDelivery;
    const isLast = inFlight.openHandlers === 1;
    settlement.noteBecomes = isLast ? undefined : DONE;
    // A replayed entry has no history to keep: it goes with its acknowledgement.
    if (isLast && inFlight.channel.isReplay) settlement.writes = [...settlement.writes, removalOf(inFlight)];
    return this.settlements.send(settlement);
  }

  private throughOutages<T>(command: () => Promise<T>): Promise<T> {
    return this.parts.outages.through('Settling', command);
  }
}

function removalOf({ channel, entry }: InFlightDelivery): BufferedWrite {
  return { command: 'XDEL', key: channel.key, type: 'stream', integer: '', args: [entry.id] };
}
