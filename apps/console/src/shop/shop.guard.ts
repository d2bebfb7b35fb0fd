import { type CanActivate, Injectable } from '@nestjs/common';
import { Problem } from '../access/problem.js';
import { ConsoleConfiguration } from '../configuration.js';

/** Answers 404 if the URL of the order service is not set: then there is no shop. */
@Injectable()
export class ShopGuard implements CanActivate {
  constructor(private readonly config: ConsoleConfiguration) {}

  canActivate(): boolean {
    if (this.config.SHOP_ORDER_URL !== '') return true;
    throw new Problem('not-found', 'There is no shop here: SHOP_ORDER_URL is not set');
  }
}
