import type { Faker } from '@faker-js/faker';

/** Where a faker takes its random numbers from. */
export interface RandomSource {
  next(): number;
}

/**
 * A faker of our own with the words of `locale`, fed by `source`. The locale's own instance is shared by everyone who
 * imports it. Its class is taken from the instance, because importing it by name would load the words of every locale.
 */
export function ownFaker(locale: Faker, source: RandomSource): Faker {
  const FakerClass = locale.constructor as typeof Faker;
  return new FakerClass({
    locale: locale.rawDefinitions,
    randomizer: {
      next: () => source.next(),
      seed: () => {
        throw new Error('Expected nobody to seed this faker: its numbers come from the source it was made with.');
      },
    },
  });
}
