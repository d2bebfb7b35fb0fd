import type { Faker } from '@faker-js/faker';

/** The random numbers of a faker. */
export interface RandomSource {
  next(): number;
}

/**
 * A new faker with the words of `locale` and the random numbers of `source`. The instance of the locale itself is shared by all its
 * importers. The class is taken from that instance, because importing it by name would load the words of every locale.
 */
export function seededFaker(locale: Faker, source: RandomSource): Faker {
  const FakerClass = locale.constructor as typeof Faker;
  return new FakerClass({
    locale: locale.rawDefinitions,
    randomizer: {
      next: () => source.next(),
      seed: () => {
        throw new Error(
          'This faker cannot be seeded: it gets its random numbers from the source that it was created with.',
        );
      },
    },
  });
}
