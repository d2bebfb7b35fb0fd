import type { Faker } from '@faker-js/faker';
import { MARKETS, type Market } from './markets.js';
import type { AddressDraft, CustomerDraft } from './order-draft.js';
import { seededFaker } from './seeded-faker.js';
import { Random } from './random.js';
import { Weighted } from './weighted.js';

/** A returning customer, with the same name, market and addresses every time. */
export interface Shopper {
  customer: Readonly<CustomerDraft>;
  market: Market;
  home: Readonly<AddressDraft>;
  /** The address for presents. */
  giftAddress: Readonly<AddressDraft>;
}

const MARKET_SHARES = new Weighted(MARKETS.map((market) => [market, market.share]));

/**
 * The customers of the shop with this seed. Each is created when it is first needed, from the seed and its number only, so that all
 * threads have the same customers.
 */
export class Shoppers {
  private readonly known: (Shopper | undefined)[];
  private readonly fakers = new Map<Market, Faker>();
  /** The random numbers of all fakers: those of the customer that is being created. */
  private source: Random;

  constructor(
    private readonly seed: number,
    size: number,
  ) {
    this.known = Array<Shopper | undefined>(size).fill(undefined);
    this.source = Random.of('shoppers', seed);
  }

  /** The next customer: some come often, most rarely. */
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
      giftAddress: this.address(faker, market),
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
    const made = seededFaker(market.locale, { next: () => this.source.next() });
    this.fakers.set(market, made);
    return made;
  }
}
