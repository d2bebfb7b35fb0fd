import { type CanActivate, Injectable } from '@nestjs/common';
import { Problem } from '../access/problem.js';
import { ConsoleConfiguration } from '../configuration.js';

/** There is a shop only where its order service is known. */
@Injectable()
export class ShopGuard implements CanActivate {
  constructor(private readonly config: ConsoleConfiguration) {}

  canActivate(): boolean {
    if (this.config.SHOP_ORDER_URL !== '') return true;
    throw new Problem('not-found', 'There is no shop here: SHOP_ORDER_URL is not set');
  }
}
