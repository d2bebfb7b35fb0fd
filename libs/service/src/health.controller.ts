import { Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { SkipThrottle } from '@nestjs/throttler';
import { EventsHealthIndicator } from 'nestjs-event-streams/terminus';
import { HttpController } from './http-controller.js';

/** `GET /health`: whether the app is ready. `GET /health/live`: whether it is alive; if not, it should be restarted. */
@SkipThrottle()
@HttpController('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly events: EventsHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.events.redis(), () => this.events.loop(), () => this.events.lag()]);
  }

  /** Does not check Redis, because a restart of the app would not help if Redis is away. */
  @Get('live')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([() => this.events.loop()]);
  }
}
