import * as validator from 'class-validator';
import type { ValidationOptions } from 'class-validator';
import fc from 'fast-check';
import { anything, nearly } from './values.js';

/** Applies a decorator, with its arguments, given the options that all have in common. */
export type Decorate = (options: ValidationOptions) => PropertyDecorator;

interface DecoratorCase {
  decorate: fc.Arbitrary<Decorate>;
  /** Values that it takes, and some that it nearly takes. */
  values: fc.Arbitrary<unknown>;
}

const Colour = { red: 'red', blue: 'blue', third: 3, 3: 'third' };

const of = (decorate: Decorate, values: fc.Arbitrary<unknown>): DecoratorCase => ({
  decorate: fc.constant(decorate),
  values,
});

const withLimit = (decorate: (limit: number) => Decorate, values: fc.Arbitrary<unknown>): DecoratorCase => ({
  decorate: fc
    .oneof(fc.integer({ min: -2, max: 5 }), fc.constantFrom(NaN, Infinity, 1.5, undefined as never))
    .map(decorate),
  values,
});

const numbers = fc.oneof(fc.integer({ min: -3, max: 7 }), fc.double());
const arrays = fc.array(fc.constantFrom<unknown>(1, 'a', null, 'b'), { maxLength: 7 });
const texts = fc.oneof(
  fc.string({ maxLength: 7 }),
  fc.string({ unit: fc.constantFrom('a', '\ud83d\ude00', '\ufe0f', '\ufe0e', '\ud83d', '\ude00'), maxLength: 12 }),
);
const chosen = fc.constantFrom<unknown>('a', 'b', 1, NaN, null, 'red', 3, 0, -0, undefined);
const list = [undefined, 'a', NaN, 1, 0];
const uuids = nearly(
  fc.oneof(
    fc.uuid(),
    fc.constantFrom('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
    fc.uuid().map((uuid) => `${uuid.slice(0, 14)}9${uuid.slice(15)}`),
  ),
);
const emails = nearly(
  fc.oneof(
    fc.emailAddress(),
    fc.constantFrom(
      'a.b@x.co',
      '"a b"@x.org',
      'a@x',
      'a@-x.org',
      'a@x-.org',
      'a..b@x.org',
      'a@x_y.org',
      'a@[127.0.0.1]',
    ),
    fc.constantFrom(
      `${'a'.repeat(65)}@x.org`,
      `a@${'b'.repeat(64)}.org`,
      `a@${'b'.repeat(58)}.org`,
      'a@b.c1',
      'a@1.org',
      'ä@x.org',
      'a@ä.org',
    ),
  ),
);
const codes = nearly(fc.constantFrom('EUR', 'USD', 'XXX', 'DE', 'US', 'UK', 'ss', 'ß', 'ﬁ'));
const timestamps = nearly(
  fc.oneof(
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc
      .tuple(
        fc.constantFrom('2024', '2023', '0050', '1900'),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
      )
      .map(
        ([year, month, day]) => `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}T12:00:00Z`,
      ),
    fc.constantFrom(
      '2024-02-30T00:00:00Z',
      '2024-02-29',
      '2024-01-01 10:00:00+02:00',
      '2024-W01-1',
      '2024-060',
      '2024-01-01T24:00:00Z',
      '2024-01-01T12:00:60Z',
    ),
  ),
);

class IsShort implements validator.ValidatorConstraintInterface {
  validate(value: unknown) {
    return typeof value === 'string' && value.length < 4;
  }
}
validator.ValidatorConstraint({ name: 'isShort' })(IsShort);

class IsNeverInTime implements validator.ValidatorConstraintInterface {
  validate() {
    return Promise.resolve(false);
  }
}
validator.ValidatorConstraint({ name: 'isNeverInTime', async: true })(IsNeverInTime);

/** Somebody's own decorator, under a name that class-validator has given already. */
const imposter = (name: string, validate: (value: unknown) => boolean, defaultMessage?: () => string): Decorate => {
  return (options) =>
    validator.ValidateBy({ name, validator: { validate, ...(defaultMessage && { defaultMessage }) } }, options);
};

/** Every decorator of which the compiled code knows the meaning, by the name of its constraint. */
export const INLINED: Readonly<Record<string, DecoratorCase>> = {
  isDefined: of((options) => validator.IsDefined(options), anything),
  isNotEmpty: of((options) => validator.IsNotEmpty(options), chosen),
  equals: { decorate: chosen.map((other) => (options) => validator.Equals(other, options)), values: chosen },
  notEquals: { decorate: chosen.map((other) => (options) => validator.NotEquals(other, options)), values: chosen },
  isIn: of((options) => validator.IsIn(list, options), chosen),
  isNotIn: of((options) => validator.IsNotIn(list, options), chosen),
  isEnum: of((options) => validator.IsEnum(Colour, options), chosen),
  isObject: of((options) => validator.IsObject(options), anything),
  isBoolean: of((options) => validator.IsBoolean(options), fc.boolean()),
  isInt: of((options) => validator.IsInt(options), numbers),
  isNumber: {
    decorate: fc
      .constantFrom({}, { maxDecimalPlaces: 1 }, { allowNaN: true }, { allowInfinity: true }, undefined)
      .map((given) => (options) => validator.IsNumber(given, options)),
    values: numbers,
  },
  isPositive: of((options) => validator.IsPositive(options), numbers),
  isNegative: of((options) => validator.IsNegative(options), numbers),
  min: withLimit((limit) => (options) => validator.Min(limit, options), numbers),
  max: withLimit((limit) => (options) => validator.Max(limit, options), numbers),
  isArray: of((options) => validator.IsArray(options), arrays),
  arrayNotEmpty: of((options) => validator.ArrayNotEmpty(options), arrays),
  arrayMinSize: withLimit((limit) => (options) => validator.ArrayMinSize(limit, options), arrays),
  arrayMaxSize: withLimit((limit) => (options) => validator.ArrayMaxSize(limit, options), arrays),
  isString: of((options) => validator.IsString(options), texts),
  minLength: withLimit((limit) => (options) => validator.MinLength(limit, options), texts),
  maxLength: withLimit((limit) => (options) => validator.MaxLength(limit, options), texts),
  matches: {
    decorate: fc
      .constantFrom(/^a/, /B/i, /a/g, /\p{L}/u)
      .map((pattern) => (options) => validator.Matches(pattern, options)),
    values: texts,
  },
  isUuid: {
    decorate: fc
      .constantFrom<validator.IsUUIDVersion | undefined>(undefined, 'all', 'loose', 'nil', 'max', 1, 4, '4', '7')
      .map((version) => (options) => validator.IsUUID(version, options)),
    values: uuids,
  },
  isEmail: {
    decorate: fc
      .constantFrom(undefined, {}, { allow_ip_domain: true }, { allow_display_name: true })
      .map((given) => (options) => validator.IsEmail(given, options)),
    values: emails,
  },
  isISO4217CurrencyCode: of((options) => validator.IsISO4217CurrencyCode(options), codes),
  isISO31661Alpha2: of((options) => validator.IsISO31661Alpha2(options), codes),
  isIso8601: {
    decorate: fc
      .constantFrom(undefined, { strict: true }, { strict: true, strictSeparator: true })
      .map((given) => (options) => validator.IsISO8601(given, options)),
    values: timestamps,
  },
  isDateString: of((options) => validator.IsDateString({ strict: true }, options), timestamps),
  isRFC3339: of((options) => validator.IsRFC3339(options), timestamps),
};

/** Decorators whose own test is called. */
const CALLED: readonly DecoratorCase[] = [
  of((options) => validator.IsObject(options), fc.constantFrom({}, [], null)),
  of((options) => validator.IsNotEmptyObject({ nullable: false }, options), fc.constantFrom({ a: 1 }, { a: null }, {})),
  of((options) => validator.IsDate(options), anything),
  of((options) => validator.IsEmpty(options), chosen),
  of((options) => validator.Length(2, 4, options), texts),
  of((options) => validator.Contains('a', options), texts),
  of((options) => validator.IsUrl({}, options), fc.webUrl()),
  of((options) => validator.ArrayUnique(options), arrays),
  of((options) => validator.ArrayUnique((item: unknown) => typeof item, options), arrays),
  of((options) => validator.ArrayContains(['a'], options), arrays),
  of((options) => validator.IsInstance(Date, options), anything),
  of((options) => validator.Allow(options), anything),
  of((options) => validator.Validate(IsShort, options), texts),
  of((options) => validator.Validate(IsNeverInTime, options), texts),
  of(
    (options) =>
      validator.ValidateBy(
        {
          name: 'comparesWithA',
          constraints: ['a'],
          validator: {
            validate: (value, args) => {
              const { constraints, object, value: whole } = args as validator.ValidationArguments;
              const other = (object as Record<string, unknown>)[constraints[0] as string];
              return value !== other || whole === undefined;
            },
          },
        },
        options,
      ),
    chosen,
  ),
  of(
    imposter('throws', () => {
      throw new TypeError('a validator threw');
    }),
    chosen,
  ),
  of(
    imposter('isString', (value) => value === 'a'),
    texts,
  ),
  of(
    imposter(
      'isString',
      (value) => typeof value === 'string' && value.length < 3,
      () => '$property must be a string',
    ),
    texts,
  ),
  of(
    imposter(
      'isUuid',
      () => false,
      () => '$property must be a UUID',
    ),
    uuids,
  ),
];

/** What is decided by a function: whether anything of the property is checked. */
const CONDITIONS: readonly Decorate[] = [
  (options) => validator.IsOptional(options),
  (options) => validator.ValidateIf((object: Record<string, unknown>) => object['a'] !== undefined, options),
  (options) => validator.ValidateIf((_, value) => value !== 1, options),
];

const options: fc.Arbitrary<ValidationOptions> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  fc.constantFrom<ValidationOptions>(
    { each: true },
    { each: true, message: 'each $value' },
    { groups: ['some'] },
    { always: true },
    { always: false, groups: ['some'] },
    { message: ({ property }) => `own message of ${property}` },
    { context: { code: 1 } },
    { validateIf: (_object, value) => value !== 'a' },
  ),
);

const decoratorCase = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...Object.values(INLINED)) },
  fc.constantFrom(...CALLED),
);

/** Decorators of one property, and the values to try on them. */
export const propertyCase = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.array(decoratorCase, { minLength: 1, maxLength: 1 }) },
      fc.array(decoratorCase, { maxLength: 3 }),
    ),
    fc.option(fc.constantFrom(...CONDITIONS), { freq: 4 }),
    options,
  )
  .chain(([cases, condition, given]) =>
    fc.tuple(...cases.map(({ decorate }) => decorate)).map((decorators) => ({
      decorators: [...decorators, ...(condition ? [condition] : [])].map((decorate) => decorate(given)),
      values: fc.oneof(
        ...cases.map(({ values }) => ({ weight: 8, arbitrary: values })),
        ...(given.each ? cases.map(({ values }) => fc.array(values, { maxLength: 3 })) : []),
        anything,
      ),
    })),
  );
