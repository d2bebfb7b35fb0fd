import { BadRequestException, Injectable } from '@nestjs/common';
import type { OrderItem } from '@shop/contracts';
import { firstProblems } from '@shop/service';
import { catalogue, currencies, offersIn, type Offer } from '@shop/simulation';
import { OrderConfiguration } from '../configuration.js';
import { namedByCatalogue, priceProblems } from '../domain/price-check.js';
import type { PlaceOrder } from '../domain/place-order.js';

/** What the shop sells, and at which price: the catalogue of its seed, which simulated customers buy from, too. */
@Injectable()
export class Catalogue {
  /** By currency and sku. */
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

  /** @param currency one that the shop sells in; in another one there is nothing */
  in(currency: string): Offer[] {
    return [...(this.offers.get(currency)?.values() ?? [])];
  }

  /** @throws BadRequestException when an order has a sku, a price or a currency that is not the catalogue's */
  check({ items, currency }: PlaceOrder): void {
    const offers = this.offers.get(currency);
    if (!offers) {
      throw new BadRequestException([`currency must be one of ${currencies().join(', ')}, got ${currency}`]);
    }
    const problems = priceProblems(items, currency, offers);
    if (problems.length > 0) throw new BadRequestException(firstProblems(problems));
  }

  /** An order's lines under the names that the catalogue has for their skus, whatever the customer calls them. */
  named({ items, currency }: PlaceOrder): OrderItem[] {
    return namedByCatalogue(items, this.offers.get(currency) ?? new Map<string, Offer>());
  }
}
