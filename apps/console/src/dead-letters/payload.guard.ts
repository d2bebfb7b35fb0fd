import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { dangerousKey } from 'nestjs-event-streams/internal';
import { Problem } from '../access/problem.js';

/**
 * Rejects an edited payload with a property that Nest's validation would remove silently. Runs before that validation.
 */
@Injectable()
export class PayloadGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const body = context.switchToHttp().getRequest<Request>().body as { data?: unknown } | undefined;
    const data = body?.data;
    if (typeof data !== 'object' || data === null) return true;
    const path = dangerousKey(data);
    if (path === undefined) return true;
    throw new Problem('invalid', `Expected data without a property called ${path}`);
  }
}
