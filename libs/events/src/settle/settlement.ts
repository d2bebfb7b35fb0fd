import type { HandlerDelivery } from '../delivery/handler-delivery.js';
import type { Unsealed } from '../personal/unsealed.js';
import { DONE } from '../stream/entries/delivery-notes.js';
import type { LaidOut } from '../stream/entries/layouts.js';
import type { BufferedEvent, BufferedWrite, TrackedRead } from '../transaction/effects.js';
import type { KeyRule } from './key-rule.js';

/** One settlement: of a delivery, for one of its handlers. */
export interface Settlement {
  streamKey: string;
  /** The key of the group's delivery notes. */
  notes: string;
  id: string;
  /** Empty for an entry that could not be decoded. */
  eventId: string;
  handler: string;
  /** All handlers of the event; the same array for events of one type. */
  handlers: readonly string[];
  /** The handler's note from now on; undefined acknowledges the entry and deletes the notes of all handlers. */
  noteBecomes: string | undefined;
  /** Undefined where nothing is to be done about the partition key. */
  keyRule: KeyRule | undefined;
  reads: readonly TrackedRead[];
  writes: readonly BufferedWrite[];
  events: readonly SettledEvent[];
  /** Personal data of the events. */
  unsealed?: readonly Unsealed[] | undefined;
}

export type SettledEvent = LaidOut<string | Buffer> & Pick<BufferedEvent, 'streamKey'>;

/** What a settlement applies besides the acknowledgement or note. */
export type SettledEffects = Pick<Settlement, 'reads' | 'writes' | 'events' | 'unsealed'>;

const NONE: readonly never[] = [];
export const NO_EFFECTS: SettledEffects = { reads: [], writes: [], events: [], unsealed: NONE };

/** A settlement on its way to Redis. */
export interface SentSettlement extends Settlement {
  handlerDelivery: HandlerDelivery;
  /** How often it was sent. */
  sent: number;
}

export function settlementOf(
  handlerDelivery: HandlerDelivery,
  effects: SettledEffects = NO_EFFECTS,
  keyRule?: KeyRule,
  noteBecomes?: string,
): SentSettlement {
  const { inFlight, event, handler, handlers } = handlerDelivery;
  return {
    handlerDelivery,
    sent: 0,
    streamKey: inFlight.streamKey,
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

/** Whether the handler is done with the event; else the settlement only notes its failures. */
export function isFinal({ noteBecomes }: Settlement): boolean {
  return noteBecomes === undefined || noteBecomes === DONE;
}

/** About the length of its arguments: in bytes, as if all of them were ASCII. */
export function weightOf({ writes, events }: Settlement): number {
  let weight = 0;
  for (const { args } of writes) for (const arg of args) weight += arg.length;
  for (const { values } of events) for (const value of values) weight += value.length;
  return weight;
}
