import { Injectable } from '@nestjs/common';
import { EventMonitor, Partitions, type MonitoredEntry } from 'nestjs-event-streams';
import {
  directMonitorOf,
  type StreamSurveyRequest,
  type Survey,
  type SurveyedStream,
  type SurveyRequest,
} from 'nestjs-event-streams/internal';
import { HEAD_BYTES } from '../streams/entry-summary.js';

/**
 * Surveys several streams at once. If streams have partitions, it surveys each partition and adds them up by stream, which takes more
 * commands and gives less detail.
 */
@Injectable()
export class Surveyor {
  constructor(
    private readonly monitor: EventMonitor,
    private readonly partitions: Partitions,
  ) {}

  /** How many partitions each stream has. */
  get partitionCount(): number {
    return this.partitions.count;
  }

  async survey(request: SurveyRequest): Promise<Survey> {
    const direct = directMonitorOf(this.monitor);
    if (this.partitionCount === 1) return direct.survey({ wholeBytes: HEAD_BYTES, ...request });
    const survey = await direct.survey({ ...request, streams: [], clock: true });
    for (const one of request.streams) survey.streams.push(await this.together(one, survey.nowMs ?? Date.now()));
    return survey;
  }

  private async together(request: StreamSurveyRequest, nowMs: number): Promise<SurveyedStream> {
    const { stream, entries, consumersOf = [], pendingOf = [] } = request;
    const { exists, length, first, last, deadLetters, groups } = await this.monitor.stream(stream, {
      wholeBytes: HEAD_BYTES,
    });
    const found: SurveyedStream = {
      stream,
      // A position belongs to one partition. Over all partitions, a group's position is its oldest undelivered entry.
      groups: groups.map(({ lagMs, ...group }) => ({
        ...group,
        lastDeliveredId: lagMs > 0 ? `${String(nowMs - lagMs - 1)}-0` : (last?.id ?? group.lastDeliveredId),
      })),
      info: exists ? { length, entriesAdded: length, first, last } : null,
      deadLetters,
      consumers: {},
      pending: {},
      replays: {},
      next: Object.fromEntries(
        groups.map(({ name, lagMs }) => [name, lagMs > 0 ? `${String(nowMs - lagMs)}-0` : null]),
      ),
    };
    if (entries) found.entries = await this.newest(stream, entries);
    for (const group of consumersOf) found.consumers[group] = await this.monitor.consumers(stream, group);
    for (const group of pendingOf) found.pending[group] = await this.monitor.pending(stream, group);
    return found;
  }

  private async newest(
    stream: string,
    { after, count, replyBytes = Infinity }: NonNullable<StreamSurveyRequest['entries']>,
  ): Promise<MonitoredEntry[]> {
    const entries: MonitoredEntry[] = [];
    const from = after === undefined ? '-' : `(${after}`;
    let bytes = 0;
    for await (const page of this.monitor.pages(stream, { order: 'newest-first', from, wholeBytes: HEAD_BYTES })) {
      entries.push(...page.entries);
      bytes += page.bytes;
      if (entries.length >= count || bytes >= replyBytes) break;
    }
    return entries.slice(0, count);
  }
}
