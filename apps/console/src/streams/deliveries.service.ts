import { Injectable } from '@nestjs/common';
import { DeadLetters, EventMonitor, type DeliveryState } from 'nestjs-event-streams';
import { fateOf } from 'nestjs-event-streams/internal';
import type { DeliveryView } from '../contract/streams.js';
import { DeadLetterBook } from '../observe/dead-letters/dead-letter-book.js';
import type { BookedDeadLetter, StreamDeadLetters } from '../observe/dead-letters/stream-dead-letters.js';
import { Surveyor } from '../observe/surveyor.js';

/** The state of entries in each group: pending, settled or dead letter. */
@Injectable()
export class DeliveriesService {
  constructor(
    private readonly monitor: EventMonitor,
    private readonly deadLetters: DeadLetters,
    private readonly book: DeadLetterBook,
    private readonly surveyor: Surveyor,
  ) {}

  /** @param ids of entries of one stream */
  async of(stream: string, ids: readonly string[]): Promise<Map<string, DeliveryView[]>> {
    if (this.surveyor.partitionCount > 1) return this.unknown(stream, ids);
    // Reads pending entries first: an entry that becomes a dead letter in between is found among the dead letters.
    const states = await this.monitor.deliveries(stream, ids);
    const settledBy = new Set(
      [...states.values()].flat().flatMap(({ group, state }) => (state === 'settled' ? [group] : [])),
    );
    const replaying = settledBy.size === 0 ? [] : await this.deadLetters.replaying(stream, [...settledBy]);
    const back = new Set(replaying.map(({ group, entryId }) => placeOf(group, entryId)));
    const deadLetters = await this.book.of(stream);
    return new Map(ids.map((id) => [id, (states.get(id) ?? []).map((state) => viewOf(state, id, deadLetters, back))]));
  }

  /** If streams have partitions, an entry's id does not say in which partition it is. */
  private async unknown(stream: string, ids: readonly string[]): Promise<Map<string, DeliveryView[]>> {
    const nothing = { consumer: null, idleMs: null, deliveries: null, deadLetterId: null, givenUpMs: null };
    const groups = await this.monitor.groups(stream);
    const views = groups.map(({ name: group }): DeliveryView => ({
      ...nothing,
      group,
      state: 'unknown',
      attempts: [],
    }));
    return new Map(ids.map((id) => [id, views]));
  }
}

function viewOf(
  delivery: DeliveryState,
  id: string,
  deadLetters: StreamDeadLetters,
  back: ReadonlySet<string>,
): DeliveryView {
  const { group, consumer, idleMs, deliveries, handlers } = delivery;
  const givenUp = deadLetters.of(id, group);
  const [newest] = givenUp;
  const about = {
    group,
    consumer,
    idleMs,
    deliveries,
    deadLetterId: newest?.id ?? null,
    givenUpMs: newest?.lastFailedMs ?? null,
  };
  const fate = fateOf(delivery, { isDeadLettered: newest !== undefined, isReplaying: back.has(placeOf(group, id)) });
  const attempts = fate === 'dead-lettered' ? givenUp.map(attemptsOf) : handlers;
  return { ...about, state: fate === 'settled' && !deadLetters.covers(id) ? 'unknown' : fate, attempts };
}

function placeOf(group: string, entryId: string): string {
  return `${entryId} ${group}`;
}

function attemptsOf({ cause, attempts, firstFailedMs }: BookedDeadLetter): DeliveryView['attempts'][number] {
  return { handler: cause.handler, isDone: false, failures: attempts, firstFailureMs: firstFailedMs, crashes: 0 };
}
