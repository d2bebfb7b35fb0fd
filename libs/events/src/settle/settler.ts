import { DeliveryLostError } from '../model/errors/delivery.js';
import { isOutage, isOutageForAll } from '../model/errors/redis.js';
import { TransactionRefusedError } from '../model/errors/transaction.js';
import type { Instrumentation, SettledFacts } from '../model/instrumentation.js';
import type { HandlerDelivery } from '../delivery/handler-delivery.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { Troubles } from '../model/troubles.js';
import type { Channel } from '../stream/channel.js';
import type { Keyspace } from '../stream/keyspace.js';
import { fieldText } from '../stream/raw-entry.js';
import type { SubjectKeys } from '../personal/subject-keys.js';
import type { Unsealed } from '../personal/unsealed.js';
import type { SettleReply } from '../stream/settle-client.js';
import type { StreamClient } from '../stream/stream-client.js';
import { waitingFor } from '../stream/waiting.js';
import { isEmpty, type BufferedWrite, type TransactionEffects } from '../transaction/effects.js';
import { deadLetterFields } from './dead-letter-fields.js';
import { Batcher } from './batcher.js';
import { Gatherer } from '../concurrency/gatherer.js';
import { DONE, formatNote, noteField, parseNote, type FailureNote } from '../stream/delivery-notes.js';
import type { DeadLetterReason } from '../model/outcome.js';
import { settleArguments, weightOf, type KeyRule, type Settlement } from './settle-arguments.js';

/** What is said to fail while Redis does not take what was decided. */
const SETTLING = 'Settling';
const READING_KEYS = 'Reading keys of personal data';

const PAUSE_IN_OUTAGE_MS = 250;
/** How long the pauses of a settlement get that is refused by itself again and again. */
const MAX_PAUSE_MS = 2000;
/** Acknowledgements of one command, and settlements of one script call, by number and by bytes. */
const ACKNOWLEDGED_AT_ONCE = 1000;
const SETTLED_AT_ONCE = { most: 100, heaviest: 2 ** 20, weigh: weightOf };

/** A settlement, and whose it is. */
interface Settling extends Settlement {
  handlerDelivery: HandlerDelivery;
  /** How often it was sent. */
  sent: number;
}

/** What came of a commit: done; or to be run again because a key was changed; or to wait behind a parked event. */
export type CommitResult = Exclude<SettleReply, { status: 'lost' | 'refused' | 'error' }>;

/** Writes to Redis what was decided about deliveries: commits, notes of failures, dead letters. Nothing else does. */
export class Settler {
  private readonly acknowledgements = new Map<Channel, Gatherer<HandlerDelivery, CommitResult>>();
  private readonly settlements: Batcher<Settling, SettleReply, CommitResult>;

  /**
   * @param isOver whether shutdown's deadline has passed: then an outage is not waited out any longer
   * @param maxDeadLetterBytes what a dead letter may have
   * @param subjectKeys encrypt what is personal of events
   */
  constructor(
    private readonly client: StreamClient,
    private readonly keyspace: Keyspace,
    private readonly address: { group: string; consumer: string },
    private readonly isOver: () => boolean,
    private readonly instrumentation: Instrumentation,
    private readonly maxDeadLetterBytes: number,
    private readonly subjectKeys: SubjectKeys,
    private readonly troubles?: Troubles,
  ) {
    this.settlements = new Batcher<Settling, SettleReply, CommitResult>(
      {
        send: (batch) => {
          for (const settlement of batch) settlement.sent += 1;
          return this.settleAll(batch);
        },
        answer,
        isOwn: (error) => !isOutageForAll(error),
        waitOut: (error, refusals) => this.waitOut(error, refusals),
      },
      SETTLED_AT_ONCE,
    );
  }

  /**
   * Commits a handler's success with the effects of its transaction; the last handler of an event acknowledges it.
   *
   * @throws DeliveryLostError when another consumer has the delivery; nothing was applied
   * @throws TransactionRefusedError when a write does not fit; nothing was applied
   */
  commit(handlerDelivery: HandlerDelivery, effects: TransactionEffects | undefined): Promise<CommitResult> {
    const { inFlight, handlers } = handlerDelivery;
    const keyRule = this.keyRuleFor(handlerDelivery, inFlight.origin ? 'release' : 'free');
    const isPlain = !keyRule && handlers.length <= 1 && !inFlight.isNoted && !inFlight.channel.isReplay;
    if (isPlain && (!effects || isEmpty(effects))) return this.acknowledge(handlerDelivery);
    return this.settle(handlerDelivery, this.settlement(handlerDelivery, effects, keyRule));
  }

  /** Whether an earlier event of the same key is a dead letter, so that this one must wait. */
  async isParked(handlerDelivery: HandlerDelivery): Promise<boolean> {
    const keyRule = this.keyRuleFor(handlerDelivery, 'free');
    return (
      keyRule !== undefined &&
      !handlerDelivery.inFlight.origin &&
      (await this.throughOutages(() => this.client.reads.exists(keyRule.list)))
    );
  }

  /**
   * Notes a failed attempt, or that a quarantine run begins, so that both survive a crash.
   *
   * @param change `+name` of a quarantine run that begins, `-name` of one that has ended
   * @throws DeliveryLostError
   */
  async note(handlerDelivery: HandlerDelivery, note: FailureNote, change?: string): Promise<void> {
    const { inFlight } = handlerDelivery;
    inFlight.isNoted = true;
    const reply = await this.settlements.add(
      this.settlement(handlerDelivery, undefined, undefined, formatNote(note, change)),
    );
    if (reply.status === 'already-settled') throw new DeliveryLostError(`${inFlight.stream} ${inFlight.entry.id}`);
  }

  /** The quarantine runs of this handler that began and have not ended. */
  async openQuarantineRuns({ inFlight, handler }: HandlerDelivery): Promise<readonly string[]> {
    const field = noteField(inFlight.entry.id, handler);
    const [note] = await this.throughOutages(() => this.client.reads.hashFields(inFlight.channel.notes, [field]));
    return parseNote(note ?? undefined).openQuarantineRuns;
  }

  /** Notes that a quarantine run has ended, whoever has the delivery by now. @param name what it is noted as */
  async endQuarantineRun({ inFlight, handler }: HandlerDelivery, name: string): Promise<void> {
    const field = noteField(inFlight.entry.id, handler);
    await this.throughOutages(() => this.client.settling.endQuarantineRun(inFlight.channel.notes, field, name));
  }

  /**
   * Leaves the delivery to a worker that handles it.
   *
   * @param awaited what it waits for, such as `order_placed 2`
   * @returns false when events wait for too many different things already
   */
  waitForHandler({ inFlight }: HandlerDelivery, awaited: string): Promise<boolean> {
    const { channel, entry, deliveries } = inFlight;
    const address = { stream: channel.key, ...this.address };
    const delivery = { id: entry.id, deliveries: Math.max(0, deliveries) };
    const watch = this.keyspace.watch(this.address.group);
    return this.throughOutages(() => this.client.waiting.leave(address, watch, waitingFor(awaited), delivery));
  }

  /**
   * Moves the delivery, for this handler, to the stream's dead letters.
   *
   * @returns false when it was to follow other parked events and there is none any more
   * @throws DeliveryLostError
   */
  async deadLetter(
    handlerDelivery: HandlerDelivery,
    reason: DeadLetterReason,
    error: Error,
    note: FailureNote,
  ): Promise<boolean> {
    const { inFlight, handler } = handlerDelivery;
    const deadLetter = deadLetterFields(
      inFlight,
      this.address.group,
      handler,
      reason,
      error,
      note,
      new Date(),
      this.maxDeadLetterBytes,
    );
    const stream = this.keyspace.deadLetters(inFlight.subscription.stream);
    const keyRule = this.keyRuleFor(
      handlerDelivery,
      inFlight.origin ? 'return' : reason === 'parked' ? 'follow' : 'park',
    );
    const reply = await this.settle(
      handlerDelivery,
      this.settlement(handlerDelivery, { ...NO_EFFECTS, events: [{ stream, ...deadLetter }] }, keyRule),
    );
    return reply.status !== 'free';
  }

  /** Undefined where the key's order does not matter; that of a replay may, whatever its handler says today. */
  private keyRuleFor(
    { inFlight, event, handler, parksKey }: HandlerDelivery,
    rule: KeyRule['rule'],
  ): KeyRule | undefined {
    const { origin, entry, subscription } = inFlight;
    if (!parksKey && !origin) return undefined;
    const partitionKey = event?.partition_key ?? fieldText(entry, 'partition_key');
    if (partitionKey === undefined) return undefined;
    const { stream } = subscription;
    return {
      rule,
      list: this.keyspace.parked(stream, this.address.group, handler, partitionKey),
      original: origin?.id ?? entry.id,
      stream: this.keyspace.stream(stream),
      deadLetters: this.keyspace.deadLetters(stream),
      replays: this.keyspace.replays(stream, this.address.group).key,
    };
  }

  /** One call for all; where Redis refuses it, one for each, unless it refuses them all: one alone may be the reason. */
  private async settleAll(batch: readonly Settling[]): Promise<readonly SettleReply[]> {
    try {
      const sealing = this.seal(batch);
      if (sealing) await sealing;
      // At once: keys are known to the server that is asked now.
      const { keys, values } = settleArguments(this.address, batch);
      const settle = () => this.client.settling.settle(keys, values);
      return await this.observed(() => batch.map(({ handlerDelivery }) => handlerDelivery), settle);
    } catch (error) {
      if (batch.length === 1 || isOutageForAll(error)) throw error;
      const one = (settlement: Settling) =>
        this.settleAll([settlement]).catch((reason: unknown) => [{ status: 'error', error: reason as Error } as const]);
      return (await Promise.all(batch.map(one))).flat();
    }
  }

  /** Encrypts what events of the settlements have of personal data. @returns undefined when there is none to wait for */
  private seal(batch: readonly Settling[]): Promise<void> | undefined {
    let unsealed: Unsealed[] | undefined;
    for (const { unsealed: own = NONE } of batch) if (own.length > 0) (unsealed ??= []).push(...own);
    return unsealed && this.subjectKeys.seal(unsealed);
  }

  /** Acknowledges the entry with others; as there are no effects, whoever else may hold it loses nothing. */
  private acknowledge(handlerDelivery: HandlerDelivery): Promise<CommitResult> {
    const { channel, subscription } = handlerDelivery.inFlight;
    let gatherer = this.acknowledgements.get(channel);
    if (!gatherer) {
      const handlers = subscription.handlerNames;
      gatherer = new Gatherer((handlerDeliveries) => this.acknowledgeAll(channel, handlers, handlerDeliveries));
      this.acknowledgements.set(channel, gatherer);
    }
    return gatherer.add(handlerDelivery);
  }

  private async acknowledgeAll(
    channel: Channel,
    handlers: readonly string[],
    handlerDeliveries: HandlerDelivery[],
  ): Promise<CommitResult> {
    for (let first = 0; first < handlerDeliveries.length; first += ACKNOWLEDGED_AT_ONCE) {
      const some = handlerDeliveries.slice(first, first + ACKNOWLEDGED_AT_ONCE);
      const ids = some.map(({ inFlight }) => inFlight.entry.id);
      const acknowledge = () => this.client.settling.acknowledge(channel, this.address.group, handlers, ids);
      await this.throughOutages(() => this.observed(() => some, acknowledge));
    }
    return APPLIED;
  }

  private settle(handlerDelivery: HandlerDelivery, settlement: Settling): Promise<CommitResult> {
    const { inFlight } = handlerDelivery;
    return inFlight.isSettledAtOnce ? this.end(settlement) : inFlight.settle(() => this.end(settlement));
  }

  private end(settlement: Settling): Promise<CommitResult> {
    const { inFlight } = settlement.handlerDelivery;
    const isLast = inFlight.openHandlers === 1;
    settlement.noteBecomes = isLast ? undefined : DONE;
    // A replayed entry has no history to keep: it goes with its acknowledgement.
    if (isLast && inFlight.channel.isReplay) settlement.writes = [...settlement.writes, removalOf(inFlight)];
    return this.settlements.add(settlement);
  }

  private settlement(
    handlerDelivery: HandlerDelivery,
    effects: Effects = NO_EFFECTS,
    keyRule?: KeyRule,
    noteBecomes?: string,
  ): Settling {
    const { inFlight, event, handler, handlers } = handlerDelivery;
    return {
      handlerDelivery,
      sent: 0,
      stream: inFlight.stream,
      notes: inFlight.channel.notes,
      id: inFlight.entry.id,
      eventId: event?.event_id ?? '',
      handler,
      handlers,
      noteBecomes,
      keyRule,
      reads: effects.reads,
      writes: effects.writes,
      events: effects.events,
      unsealed: effects.unsealed,
    };
  }

  private async observed<T>(deliveriesOf: () => readonly HandlerDelivery[], call: () => Promise<T>): Promise<T> {
    const { instrumentation } = this;
    const operation = instrumentation.isOff ? undefined : instrumentation.settle(deliveriesOf().map(factsOf));
    const result = await (operation ? operation.until(operation.run(call)) : call());
    this.troubles?.succeeded(SETTLING);
    return result;
  }

  /**
   * Reads what personal data is encrypted with, and waits while Redis does not give that.
   *
   * @throws what is no outage; an outage when shutdown does not wait for it any longer
   */
  async reading<T>(read: () => Promise<T>): Promise<T> {
    const result = await this.throughOutages(read, READING_KEYS);
    this.troubles?.succeeded(READING_KEYS);
    return result;
  }

  private async throughOutages<T>(command: () => Promise<T>, what = SETTLING): Promise<T> {
    for (;;) {
      try {
        return await command();
      } catch (error) {
        await this.waitOut(error, 0, what);
      }
    }
  }

  /**
   * @param refusals how often it was refused by itself
   * @throws the error, unless it is an outage that may end while this worker runs
   */
  private async waitOut(error: unknown, refusals = 0, what = SETTLING): Promise<void> {
    if (isOutage(error)) this.troubles?.failed(what, error);
    if (!isOutage(error) || this.isOver()) throw error;
    const pauseMs = Math.min(PAUSE_IN_OUTAGE_MS * 2 ** Math.max(0, refusals - 1), MAX_PAUSE_MS);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/**
 * What a reply means to whoever settled. Once sent, a settlement is sent again until its fate is known: then "settled
 * already" means that it was applied; to one that was sent once it means that somebody else has settled the delivery.
 *
 * @throws DeliveryLostError, TransactionRefusedError, what Redis said
 */
function answer(settlement: Settling, reply: SettleReply): CommitResult {
  const { inFlight } = settlement.handlerDelivery;
  if (reply.status === 'error') throw reply.error;
  if (reply.status === 'lost' || (reply.status === 'already-settled' && settlement.sent === 1)) {
    throw new DeliveryLostError(`${inFlight.stream} ${inFlight.entry.id}`);
  }
  if (reply.status === 'refused') throw new TransactionRefusedError(reply.why);
  const isApplied = reply.status === 'applied' || reply.status === 'already-settled';
  if (isApplied && endsDelivery(settlement)) inFlight.openHandlers -= 1;
  return reply;
}

/** Whether the handler is done with the event then; else only its failures are noted. */
function endsDelivery({ noteBecomes }: Settlement): boolean {
  return noteBecomes === undefined || noteBecomes === DONE;
}

function factsOf({ inFlight, event, operation }: HandlerDelivery): SettledFacts {
  const { subscription, entry } = inFlight;
  const { id: entryId, fields } = entry;
  return { stream: subscription.stream, entryId, fields, eventId: event?.event_id, operation };
}

const NONE: readonly never[] = [];
const APPLIED: CommitResult = { status: 'applied' };
const NO_EFFECTS: Effects = { reads: [], writes: [], events: [], unsealed: NONE };

type Effects = Pick<Settlement, 'reads' | 'writes' | 'events' | 'unsealed'>;

function removalOf({ channel, entry }: InFlightDelivery): BufferedWrite {
  return { command: 'XDEL', key: channel.key, type: 'stream', integer: '', args: [entry.id] };
}
