import type { HandlerDelivery } from '../delivery/handler-delivery.js';
import type { Keyspace } from '../stream/keys/keyspace.js';
import { fieldText } from '../stream/entries/raw-entry.js';

/** What a settlement means for the other events of its partition key; see `lua/settle.lua`. */
export interface KeyRule {
  rule: 'unless-parked' | 'park' | 'follow' | 'return' | 'release';
  /** The key of the list of parked events. */
  list: string;
  /** The original's entry id. */
  original: string;
  streamKey: string;
  /** The keys of the dead letters and of the group's replays. */
  deadLetters: string;
  replays: string;
}

/** Undefined where no dead letter parks others: the handler does not ask for it, or the event has no partition key. Replays always may. */
export function keyRuleOf(
  { inFlight, event, handler, parksKey }: HandlerDelivery,
  rule: KeyRule['rule'],
  keyspace: Keyspace,
  group: string,
): KeyRule | undefined {
  const { origin, entry, subscription } = inFlight;
  if (!parksKey && !origin) return undefined;
  const partitionKey = event?.partition_key ?? fieldText(entry, 'partition_key');
  if (partitionKey === undefined) return undefined;
  const { streamName } = subscription;
  return {
    rule,
    list: keyspace.parked(streamName, group, handler, partitionKey),
    original: origin?.id ?? entry.id,
    streamKey: keyspace.stream(streamName),
    deadLetters: keyspace.deadLetters(streamName),
    replays: keyspace.replays(streamName, group).key,
  };
}
