import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { isEqualSecret } from '@shop/access';
import type { Request } from 'express';
import { OrderConfiguration } from './configuration.js';

const KEY_HEADER = 'X-API-Key';

/** Requires the customers' key, if one is set. */
@Injectable()
export class CustomerGuard implements CanActivate {
  constructor(private readonly config: OrderConfiguration) {}

  /** @throws UnauthorizedException for a missing or wrong key */
  canActivate(context: ExecutionContext): boolean {
    const { CUSTOMER_API_KEY: key } = this.config;
    if (key === '') return true;
    const given = context.switchToHttp().getRequest<Request>().header(KEY_HEADER);
    if (given !== undefined && isEqualSecret(given, key)) return true;
    throw new UnauthorizedException(
      `Expected the header ${KEY_HEADER} with the customers' key, got ${given === undefined ? 'none' : 'another one'}`,
    );
  }
}
