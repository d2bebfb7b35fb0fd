import { Injectable } from '@nestjs/common';
import { compareEntryIds, timeOfEntryId, type MonitoredEntry } from 'nestjs-event-streams';
import { groupBy } from 'nestjs-event-streams/internal';
import type { AnswerLatency } from '../contract/overview.js';
import { percentilesOf } from './percentiles.js';

/** The place of an event, and the ids that link it to other events. */
export interface RecentEvent {
  stream: string;
  id: string;
  type: string;
  source: string;
  eventId: string;
  correlationId: string | undefined;
}

/** Durations that ended in the last look. */
export interface SeenDurations {
  answerMs: number[];
  journeyMs: number[];
}

/** An entry with the name of its stream. */
export interface StreamedEntry {
  stream: string;
  entry: MonitoredEntry;
}

const MAX_EVENTS = 20_000;
/** Longer ids are ignored: 20,000 of them would need much memory. */
const MAX_ID_LENGTH = 200;
const ANSWERS_FOR_MS = 30_000;
const MAX_ANSWERS = 20_000;
/** A duration that ended longer ago is not measured: its events were read when the console was opened. */
const NEW_FOR_MS = 5000;
/** A journey without a new event for this long has ended, in milliseconds. */
const OVER_AFTER_MS = 5000;

/**
 * An index of recent events by event id and by correlation id, which streams do not have. It links answers to their causes. Its size is
 * bounded.
 */
@Injectable()
export class RecentEvents {
  /** By event id, oldest first. */
  private readonly events = new Map<string, RecentEvent>();
  private readonly journeys = new Map<string, Set<RecentEvent>>();
  /** Journeys that have not ended, by correlation id; sorted by their latest event, the oldest first. */
  private readonly open = new Map<string, { firstMs: number; lastMs: number }>();
  private answers: { cause: string; answer: string; ms: number; atMs: number }[] = [];

  /** @param entries in the order of publishing @returns the durations that have ended by now */
  add(entries: readonly StreamedEntry[], nowMs: number): SeenDurations {
    const answerMs: number[] = [];
    for (const { stream, entry } of entries) {
      const { id, event } = entry;
      if (!event || this.events.has(event.event_id)) continue;
      const { event_type: type, event_id: eventId, source, causation_id: causeId } = event;
      if ([type, eventId, source].some((text) => text.length > MAX_ID_LENGTH)) continue;
      const correlationId = isLong(event.correlation_id) ? undefined : event.correlation_id;
      this.keep({ stream, id, type, source, eventId, correlationId });
      const atMs = timeOfEntryId(id);
      if (correlationId !== undefined && nowMs - atMs < NEW_FOR_MS) this.prolong(correlationId, atMs);
      const cause = causeId === undefined ? undefined : this.events.get(causeId);
      if (!cause) continue;
      const ms = atMs - timeOfEntryId(cause.id);
      if (nowMs - atMs < NEW_FOR_MS) answerMs.push(ms);
      this.answers.push({ cause: cause.type, answer: type, ms, atMs });
    }
    return { answerMs, journeyMs: this.takeEnded(nowMs) };
  }

  /** The recent events of a correlation id, oldest first. */
  ofCorrelation(correlationId: string): RecentEvent[] {
    return [...(this.journeys.get(correlationId) ?? [])].sort((a, b) => compareEntryIds(a.id, b.id));
  }

  /** How long recent answers took, by the types of event and answer. */
  answerLatencies(nowMs: number): AnswerLatency[] {
    this.answers = this.answers.filter(({ atMs }) => nowMs - atMs <= ANSWERS_FOR_MS).slice(-MAX_ANSWERS);
    const byTypes = groupBy(this.answers, ({ cause, answer }) => JSON.stringify([cause, answer]));
    return [...byTypes.values()].flatMap((seen) => {
      const percentiles = percentilesOf(seen.map(({ ms }) => ms));
      const [first] = seen;
      return percentiles && first ? [{ cause: first.cause, answer: first.answer, ...percentiles }] : [];
    });
  }

  private prolong(correlationId: string, atMs: number): void {
    const firstMs = this.open.get(correlationId)?.firstMs ?? atMs;
    this.open.delete(correlationId);
    this.open.set(correlationId, { firstMs, lastMs: atMs });
  }

  private takeEnded(nowMs: number): number[] {
    const ended: number[] = [];
    for (const [correlationId, { firstMs, lastMs }] of this.open) {
      if (nowMs - lastMs < OVER_AFTER_MS && this.open.size <= MAX_EVENTS) break;
      this.open.delete(correlationId);
      if (lastMs > firstMs) ended.push(lastMs - firstMs);
    }
    return ended;
  }

  private keep(event: RecentEvent): void {
    this.events.set(event.eventId, event);
    if (event.correlationId !== undefined) {
      const journey = this.journeys.get(event.correlationId) ?? new Set();
      this.journeys.set(event.correlationId, journey.add(event));
    }
    for (const [eventId, oldest] of this.events) {
      if (this.events.size <= MAX_EVENTS) break;
      this.events.delete(eventId);
      this.forgetInJourney(oldest);
    }
  }

  private forgetInJourney(event: RecentEvent): void {
    const { correlationId } = event;
    if (correlationId === undefined) return;
    const journey = this.journeys.get(correlationId);
    journey?.delete(event);
    if (journey?.size === 0) this.journeys.delete(correlationId);
  }
}

function isLong(text: string | undefined): boolean {
  return text !== undefined && text.length > MAX_ID_LENGTH;
}
