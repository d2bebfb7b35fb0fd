import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationOptions } from 'class-validator';

/** Orders per second, on average over a simulated day; `max` for as many as the shop can handle. */
export type Rate = number | 'max';

const MIN_RATE = 0.01;
const MAX_RATE = 100_000;
/** The valid rates, for messages. */
const RATES = `a number from ${String(MIN_RATE)} to ${String(MAX_RATE)}, or max`;

/** A {@link Rate}; a string of digits is not valid. */
export function IsRate(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    { name: 'isRate', validator: { validate: isRate, defaultMessage: () => `$property must be ${RATES}` } },
    options,
  );
}

/** A {@link Rate} from the environment, whose values are strings. */
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
  return value === 'max' || (typeof value === 'number' && value >= MIN_RATE && value <= MAX_RATE);
}
