import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { EventsHealth, type HealthFinding } from './events-health.js';

/**
 * Health of Redis and of this process's consumer, for Terminus: a provider of a module that imports `TerminusModule`. What each says
 * is described at {@link EventsHealth}.
 */
@Injectable()
export class EventsHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly health: EventsHealth,
  ) {}

  /** Whether Redis answers, and this worker can read and settle. @param key of the result */
  async redis(key = 'redis'): Promise<HealthIndicatorResult> {
    return this.resultOf(key, await this.health.redis());
  }

  /** Whether the worker goes round, or should be started again. @param key of the result */
  loop(key = 'consumer'): HealthIndicatorResult {
    return this.resultOf(key, this.health.loop());
  }

  /**
   * What the group has still to handle, by stream.
   *
   * @param key of the result
   * @param limit events of a stream beyond which it is degraded
   */
  async lag(key = 'lag', limit?: number): Promise<HealthIndicatorResult> {
    return this.resultOf(key, await this.health.lag(limit));
  }

  private resultOf(key: string, finding: HealthFinding): HealthIndicatorResult {
    const indicator = this.indicators.check(key);
    if (finding.status === 'down') return indicator.down(finding.message);
    if (finding.status === 'degraded') return indicator.degraded(finding.details);
    return indicator.up(finding.details);
  }
}
