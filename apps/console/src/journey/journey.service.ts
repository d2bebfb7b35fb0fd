import { Injectable } from '@nestjs/common';
import { groupBy } from 'nestjs-event-streams/internal';
import type { Journey } from '../contract/journey.js';
import type { DeliveryView } from '../contract/streams.js';
import { Observatory } from '../observe/observatory.js';
import { Surveyor } from '../observe/surveyor.js';
import { FRESH_MS } from '../observe/timing.js';
import { consumersOf } from '../overview/consumers.js';
import { DeliveriesService } from '../streams/deliveries.service.js';
import { writeCursor } from './cursor.js';
import { JourneySearch, type Found } from './journey-search.js';
import { timelineOf, type FoundEvent } from './timeline.js';

/** Finds all events of a correlation id and makes a timeline of them. */
@Injectable()
export class JourneyService {
  /** The source under which the workers of a group publish, for each group where it was seen. */
  private readonly sources = new Map<string, string>();

  constructor(
    private readonly journeySearch: JourneySearch,
    private readonly observatory: Observatory,
    private readonly deliveries: DeliveriesService,
    private readonly surveyor: Surveyor,
  ) {}

  /**
   * @param near a time or an entry id, around which to search first
   * @param cursor of the previous answer
   */
  async journey(correlationId: string, near?: string, cursor?: string): Promise<Journey> {
    const picture = await this.observatory.notOlderThan(FRESH_MS);
    for (const { group, source } of consumersOf(picture)) if (source !== null) this.sources.set(group, source);
    const streams = [...picture.streams.keys()].sort();
    const searched = await this.journeySearch.search(correlationId, streams, { near, cursor });
    const isComplete = Object.values(searched.cursor.at).every((at) => at === null);
    const events = await this.withDeliveries(searched.found);
    await this.learnSources(events);
    const timeline = timelineOf(events, this.sources, this.observatory.nowMs);
    return {
      correlationId,
      ...timeline,
      isComplete,
      cursor: isComplete ? null : writeCursor(searched.cursor),
      scans: searched.scans,
      caveats: caveatsOf(timeline, isComplete),
    };
  }

  /** Reads the workers of the groups that the regular survey has not read yet. */
  private async learnSources(found: readonly FoundEvent[]): Promise<void> {
    const unknown = new Map<string, string>();
    for (const { stream, deliveries } of found) {
      for (const { group } of deliveries) if (!this.sources.has(group)) unknown.set(group, stream);
    }
    if (unknown.size === 0) return;
    const { workers, streams } = await this.surveyor.survey({
      workers: true,
      streams: [...unknown].map(([group, stream]) => ({ stream, consumersOf: [group] })),
    });
    for (const { consumers } of streams) {
      for (const [group, rows] of Object.entries(consumers)) {
        const worker = workers?.find(({ consumer }) => rows.some(({ name }) => name === consumer));
        if (worker) this.sources.set(group, worker.source);
      }
    }
  }

  private async withDeliveries(events: readonly Found[]): Promise<FoundEvent[]> {
    const byStream = [...groupBy(events, ({ stream }) => stream)];
    const deliveries = new Map<string, ReadonlyMap<string, readonly DeliveryView[]>>();
    await Promise.all(
      byStream.map(async ([stream, own]) => {
        deliveries.set(
          stream,
          await this.deliveries.of(
            stream,
            own.map(({ id }) => id),
          ),
        );
      }),
    );
    return events.map((event) => ({
      ...event,
      deliveries: deliveries.get(event.stream)?.get(event.id) ?? [],
    }));
  }
}

function caveatsOf({ events }: Pick<Journey, 'events'>, isComplete: boolean): string[] {
  const handlings = events.flatMap(({ handledBy }) => handledBy);
  const caveats: string[] = [];
  if (!isComplete) caveats.push('The search is not complete: there may be more events.');
  if (events.some(({ cause, event }) => event.causation_id !== undefined && cause === null)) {
    caveats.push('The cause of an event was not found.');
  }
  if (handlings.some(({ state }) => state === 'unknown')) {
    caveats.push('For some events it is not known whether they were settled or became dead letters.');
  }
  if (handlings.some(({ known }) => known === 'none')) {
    caveats.push('Redis does not record when a group settled an event without an answer, or how often it tried.');
  }
  if (handlings.some(({ known }) => known === 'answer')) {
    caveats.push('The time to an answer includes waiting and handling.');
  }
  return caveats;
}
