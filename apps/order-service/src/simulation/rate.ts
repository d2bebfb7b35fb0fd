import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationOptions } from 'class-validator';

/** Orders per second, on average over a simulated day; or as many as the shop carries. */
export type Rate = number | 'max';

const LOWEST = 0.01;
const HIGHEST = 100_000;

/** What a rate can be, in words. */
const RATES = `a number from ${String(LOWEST)} to ${String(HIGHEST)}, or max`;

/** A {@link Rate}: a text of digits is none. */
export function IsRate(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    { name: 'isRate', validator: { validate: isRate, defaultMessage: () => `$property must be ${RATES}` } },
    options,
  );
}

/** A {@link Rate} from the environment, where all is text. */
export function RateSetting(): PropertyDecorator {
  return (target, property) => {
    Transform(({ value }: { value: unknown }) => (value === 'max' || value === undefined ? value : Number(value)))(
      target,
      property,
    );
    IsRate({ message: `takes ${RATES}` })(target, property);
  };
}

function isRate(value: unknown): boolean {
  return value === 'max' || (typeof value === 'number' && value >= LOWEST && value <= HIGHEST);
}
