import { Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { SkipThrottle } from '@nestjs/throttler';
import { EventsHealthIndicator } from 'nestjs-event-streams';
import { HttpController } from './http-controller.js';

/** `GET /health`: may this app be sent work? `GET /health/live`: should it be started again? */
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

  /** Redis is left out on purpose: a new start of the app does not bring it back. */
  @Get('live')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([() => this.events.loop()]);
  }
}
