import { BadRequestException, Injectable } from '@nestjs/common';
import type { OrderItem } from '@shop/contracts';
import { firstProblems } from '@shop/service';
import { catalogue, currencies, offersIn, type Offer } from '@shop/simulation';
import { OrderConfiguration } from '../configuration.js';
import { namedByCatalogue, priceProblems } from '../domain/price-check.js';
import type { PlaceOrder } from '../domain/place-order.js';

/** The products of the shop and their prices: the catalogue of its seed, which simulated customers use, too. */
@Injectable()
export class Catalogue {
  /** The offers by currency and sku. */
  private readonly offers: ReadonlyMap<string, ReadonlyMap<string, Offer>>;

  constructor({ SIMULATION_SEED }: OrderConfiguration) {
    const products = catalogue(SIMULATION_SEED);
    this.offers = new Map(
      currencies().map((currency) => [
        currency,
        new Map(offersIn(currency, products).map((offer) => [offer.sku, offer])),
      ]),
    );
  }

  /** The offers in a currency; none if the shop does not sell in it. */
  offersIn(currency: string): Offer[] {
    return [...(this.offers.get(currency)?.values() ?? [])];
  }

  /** Checks skus, prices and currency of an order. @throws BadRequestException if one is not that of the catalogue */
  check({ items, currency }: PlaceOrder): void {
    const offers = this.offers.get(currency);
    if (!offers) {
      throw new BadRequestException([`currency must be one of ${currencies().join(', ')}, got ${currency}`]);
    }
    const problems = priceProblems(items, currency, offers);
    if (problems.length > 0) throw new BadRequestException(firstProblems(problems));
  }

  /** The lines of an order with the catalogue's names of the products instead of the customer's. */
  withCatalogueNames({ items, currency }: PlaceOrder): OrderItem[] {
    return namedByCatalogue(items, this.offers.get(currency) ?? new Map<string, Offer>());
  }
}
