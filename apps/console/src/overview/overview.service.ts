import { Injectable } from '@nestjs/common';
import type { Finding, Overview, Series, SeriesPoint } from '../contract/overview.js';
import { Observatory } from '../observe/observatory.js';
import type { Picture } from '../observe/picture.js';
import { RecentEvents } from '../observe/recent-events.js';
import { POLL_EVERY_MS } from '../observe/timing.js';
import { RedisWatch } from '../observe/redis-watch.js';
import { findingsIn, worstOf } from './findings.js';
import { pointOf } from './series.js';
import { topologyOf } from './topology.js';
import { totalsOf } from './totals.js';

const KEPT_POINTS = 15 * 60;

/** Builds the overview, and keeps the points of the charts. */
@Injectable()
export class OverviewService {
  private readonly points: SeriesPoint[] = [];
  private readonly sinceMs = new Map<string, number>();
  private latest: { of: number; overview: Overview } | undefined;

  constructor(
    private readonly observatory: Observatory,
    private readonly recent: RecentEvents,
    private readonly redis: RedisWatch,
  ) {}

  get series(): Series {
    return { everyMs: POLL_EVERY_MS, points: this.points };
  }

  /** The overview of the latest look, which is not older than `maxAgeMs`. */
  async overview(maxAgeMs: number): Promise<Overview> {
    const picture = await this.observatory.notOlderThan(maxAgeMs);
    const of = this.observatory.lookCount;
    if (this.latest?.of !== of) this.latest = { of, overview: this.put(picture) };
    return this.latest.overview;
  }

  private put(picture: Picture): Overview {
    const findings = this.dated(findingsIn(picture), picture.atMs);
    const point = pointOf(picture, this.observatory.durations);
    this.points.push(point);
    if (this.points.length > KEPT_POINTS) this.points.shift();
    return {
      atMs: picture.atMs,
      redis: this.redis.state,
      health: worstOf(findings),
      findings,
      totals: totalsOf(picture),
      topology: topologyOf(picture, findings),
      point,
      answers: this.recent.answerLatencies(picture.atMs),
    };
  }

  private dated(findings: readonly Omit<Finding, 'sinceMs'>[], nowMs: number): Finding[] {
    const ids = new Set(findings.map(({ id }) => id));
    for (const id of this.sinceMs.keys()) if (!ids.has(id)) this.sinceMs.delete(id);
    return findings.map((finding) => {
      const sinceMs = this.sinceMs.get(finding.id) ?? nowMs;
      this.sinceMs.set(finding.id, sinceMs);
      return { ...finding, sinceMs };
    });
  }
}
