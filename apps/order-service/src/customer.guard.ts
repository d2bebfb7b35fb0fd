import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { isSameText } from '@shop/access';
import type { Request } from 'express';
import { OrderConfiguration } from './configuration.js';

const KEY_HEADER = 'X-API-Key';

/** Lets those order who show the customers' key, where there is one. */
@Injectable()
export class CustomerGuard implements CanActivate {
  constructor(private readonly config: OrderConfiguration) {}

  /** @throws UnauthorizedException without the key, or with another one */
  canActivate(context: ExecutionContext): boolean {
    const { CUSTOMER_API_KEY: key } = this.config;
    if (key === '') return true;
    const given = context.switchToHttp().getRequest<Request>().header(KEY_HEADER);
    if (given !== undefined && isSameText(given, key)) return true;
    throw new UnauthorizedException(
      `Expected the header ${KEY_HEADER} with the customers' key, got ${given === undefined ? 'none' : 'another one'}`,
    );
  }
}
