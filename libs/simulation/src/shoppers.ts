import type { Faker } from '@faker-js/faker';
import { MARKETS, type Market } from './markets.js';
import type { AddressDraft, CustomerDraft } from './order-draft.js';
import { ownFaker } from './own-faker.js';
import { Random } from './random.js';
import { Weighted } from './weighted.js';

/** A customer who comes back: the same person, market and addresses every time. */
export interface Shopper {
  customer: Readonly<CustomerDraft>;
  market: Market;
  home: Readonly<AddressDraft>;
  /** Where presents go. */
  elsewhere: Readonly<AddressDraft>;
}

const MARKET_SHARES = new Weighted(MARKETS.map((market) => [market, market.share]));

/**
 * The customers of the shop with this seed. Each is made when first met, from the seed and its number alone, so that
 * every thread knows the same customers without asking the others.
 */
export class Shoppers {
  private readonly known: (Shopper | undefined)[];
  private readonly fakers = new Map<Market, Faker>();
  /** What all fakers draw from: the source of the customer that is being made. */
  private source: Random;

  constructor(
    private readonly seed: number,
    size: number,
  ) {
    this.known = Array<Shopper | undefined>(size).fill(undefined);
    this.source = Random.of('shoppers', seed);
  }

  /** Who comes next: some come often, most rarely. */
  next(random: Random): Shopper {
    const index = Math.floor(random.next() ** 2 * this.known.length);
    return (this.known[index] ??= this.make(index));
  }

  private make(index: number): Shopper {
    this.source = Random.of('shopper', this.seed, index);
    const customer_id = this.source.uuid();
    const market = MARKET_SHARES.pick(this.source);
    const faker = this.fakerFor(market);
    const firstName = faker.person.firstName();
    const lastName = faker.person.lastName();
    const name = faker.person.fullName({ firstName, lastName });
    const email = faker.internet.exampleEmail({ firstName, lastName }).toLowerCase();
    return {
      customer: { customer_id, name, email },
      market,
      home: this.address(faker, market),
      elsewhere: this.address(faker, market),
    };
  }

  private address(faker: Faker, { country, postalCodes }: Market): AddressDraft {
    return {
      street: faker.location.streetAddress(),
      city: faker.location.city(),
      postal_code: faker.helpers.fromRegExp(this.source.pick(postalCodes)),
      country,
    };
  }

  private fakerFor(market: Market): Faker {
    const existing = this.fakers.get(market);
    if (existing !== undefined) return existing;
    const made = ownFaker(market.locale, { next: () => this.source.next() });
    this.fakers.set(market, made);
    return made;
  }
}
