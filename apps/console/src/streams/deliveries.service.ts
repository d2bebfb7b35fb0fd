import { Injectable } from '@nestjs/common';
import {
  DeadLetters,
  EventMonitor,
  Keyspace,
  type DeadLetter,
  type DeliveryState,
  type Replaying,
} from 'nestjs-event-streams';
import type { DeliveryView } from '../contract/streams.js';

/** Of the newest dead letters: whether an entry is among them. */
const LETTERS = 500;

/** What became of entries: what the groups hold, and what they gave up. */
@Injectable()
export class DeliveriesService {
  constructor(
    private readonly monitor: EventMonitor,
    private readonly letters: DeadLetters,
    private readonly keyspace: Keyspace,
  ) {}

  /** @param ids of entries of one stream */
  async of(stream: string, ids: readonly string[]): Promise<Map<string, DeliveryView[]>> {
    const [states, letters] = await Promise.all([
      this.monitor.deliveries(stream, ids),
      this.letters.latest(stream, LETTERS),
    ]);
    const key = this.keyspace.stream(stream);
    const groups = [...new Set([...states.values()].flat().map(({ group }) => group))];
    const givenUp = {
      letters: letters.filter((letter) => letter.stream === key),
      replaying: await this.letters.replaying(stream, groups),
    };
    return new Map(ids.map((id) => [id, (states.get(id) ?? []).map((state) => viewOf(state, id, givenUp))] as const));
  }
}

function viewOf(
  { group, state, consumer, idleMs, deliveries, handlers }: DeliveryState,
  id: string,
  { letters, replaying }: { letters: readonly DeadLetter[]; replaying: readonly Replaying[] },
): DeliveryView {
  const settled = { group, consumer: null, idleMs: null, deliveries: null, deadLetterId: null };
  const letter = letters.find((one) => one.entryId === id && one.group === group);
  if (state !== 'settled')
    return { group, state, consumer, idleMs, deliveries, attempts: handlers, deadLetterId: letter?.id ?? null };
  if (letter) return { ...settled, state: 'dead-lettered', attempts: [attemptsOf(letter)], deadLetterId: letter.id };
  const isBack = replaying.some((one) => one.entryId === id && one.group === group);
  return { ...settled, state: isBack ? 'replaying' : 'settled', attempts: [] };
}

function attemptsOf({ handler, attempts, firstFailedAt }: DeadLetter): DeliveryView['attempts'][number] {
  return { handler, isDone: false, failures: attempts, firstFailureMs: Date.parse(firstFailedAt) || null, crashes: 0 };
}
