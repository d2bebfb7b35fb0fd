import { isISO31661Alpha2, isISO4217CurrencyCode } from 'class-validator';

/** A decorator of class-validator whose test is written into the generated code. */
export interface InlineCheck {
  /** class-validator's own message. A decorator of the same name that is not class-validator's has another one. */
  message: string;
  /**
   * An expression on `v` that is true of valid values only. The decorator itself decides about all other values.
   *
   * @param constraints the decorator's arguments
   * @param use gives a value that the expression needs a name
   * @returns undefined when these constraints have no such expression
   */
  expression(constraints: readonly unknown[], use: (value: unknown) => string): string | undefined;
}

const SIZED = `Array.isArray(v) && v.length`;
const EMAIL = /^[\w+-]+(?:\.[\w+-]+)*@(?:[A-Za-z\d]+(?:-[A-Za-z\d]+)*\.)+[A-Za-z]{2,}$/;
/** RFC 3339 in UTC, as `toISOString` writes it. Days that not every month has are left to class-validator. */
const TIMESTAMP =
  /^[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;

const always = (message: string, expression: string): InlineCheck => ({ message, expression: () => expression });

const withNumber = (message: string, expression: (limit: string) => string): InlineCheck => ({
  message,
  expression: ([limit], use) => (typeof limit === 'number' ? expression(use(limit)) : undefined),
});

const withList = (message: string, operator: string): InlineCheck => ({
  message,
  expression: ([list], use) => (Array.isArray(list) ? `${use(list)}.indexOf(v) ${operator} -1` : undefined),
});

const code = (message: string, isCode: (value: unknown) => boolean): InlineCheck => ({
  message,
  expression: (_, use) => `${use(remember(isCode))}(v)`,
});

const timestamp = (message: string): InlineCheck => ({
  message,
  expression: (_, use) => `typeof v === 'string' && ${use(TIMESTAMP)}.test(v)`,
});

/** By class-validator's name of the constraint. */
export const INLINE_CHECKS: ReadonlyMap<string, InlineCheck> = new Map<string, InlineCheck>([
  ['isDefined', always('$property should not be null or undefined', `v !== undefined && v !== null`)],
  ['isNotEmpty', always('$property should not be empty', `v !== '' && v !== null && v !== undefined`)],
  [
    'equals',
    { message: '$property must be equal to $constraint1', expression: ([other], use) => `v === ${use(other)}` },
  ],
  [
    'notEquals',
    { message: '$property should not be equal to $constraint1', expression: ([other], use) => `v !== ${use(other)}` },
  ],
  ['isIn', withList('$property must be one of the following values: $constraint1', '!==')],
  ['isNotIn', withList('$property should not be one of the following values: $constraint1', '===')],
  [
    'isEnum',
    {
      message: '$property must be one of the following values: $constraint2',
      expression: ([entity], use) => `${use(Object.values(entity as object))}.includes(v)`,
    },
  ],

  ['isObject', always('$property must be an object', `typeof v === 'object' && v !== null && !Array.isArray(v)`)],
  ['isBoolean', always('$property must be a boolean value', `typeof v === 'boolean'`)],
  ['isInt', always('$property must be an integer number', `Number.isInteger(v)`)],
  [
    'isNumber',
    {
      message: '$property must be a number conforming to the specified constraints',
      expression: ([options]) =>
        (options as { maxDecimalPlaces?: number } | undefined)?.maxDecimalPlaces === undefined
          ? `Number.isFinite(v)`
          : undefined,
    },
  ],
  ['isPositive', always('$property must be a positive number', `typeof v === 'number' && v > 0`)],
  ['isNegative', always('$property must be a negative number', `typeof v === 'number' && v < 0`)],
  [
    'min',
    withNumber('$property must not be less than $constraint1', (limit) => `typeof v === 'number' && v >= ${limit}`),
  ],
  [
    'max',
    withNumber('$property must not be greater than $constraint1', (limit) => `typeof v === 'number' && v <= ${limit}`),
  ],

  ['isArray', always('$property must be an array', `Array.isArray(v)`)],
  ['arrayNotEmpty', always('$property should not be empty', `${SIZED} > 0`)],
  [
    'arrayMinSize',
    withNumber('$property must contain at least $constraint1 elements', (limit) => `${SIZED} >= ${limit}`),
  ],
  [
    'arrayMaxSize',
    withNumber('$property must contain no more than $constraint1 elements', (limit) => `${SIZED} <= ${limit}`),
  ],

  ['isString', always('$property must be a string', `typeof v === 'string'`)],
  [
    // class-validator counts visible characters, each of up to three units of the string.
    'minLength',
    withNumber(
      '$property must be longer than or equal to $constraint1 characters',
      (limit) => `typeof v === 'string' && v.length >= 3 * ${limit}`,
    ),
  ],
  [
    'maxLength',
    withNumber(
      '$property must be shorter than or equal to $constraint1 characters',
      (limit) => `typeof v === 'string' && v.length <= ${limit}`,
    ),
  ],
  [
    'matches',
    {
      message: '$property must match $constraint1 regular expression',
      // A global or sticky expression remembers where it was.
      expression: ([pattern], use) =>
        pattern instanceof RegExp && !/[gy]/.test(pattern.flags)
          ? `typeof v === 'string' && ${use(pattern)}.test(v)`
          : undefined,
    },
  ],
  [
    'isUuid',
    {
      message: '$property must be a UUID',
      expression: ([version], use) => {
        const uuid = uuidOf(version);
        return uuid && `typeof v === 'string' && ${use(uuid)}.test(v)`;
      },
    },
  ],
  [
    'isEmail',
    {
      message: '$property must be an email',
      // Up to this length no part of an address can be too long.
      expression: ([options], use) =>
        options === undefined ? `typeof v === 'string' && v.length <= 64 && ${use(EMAIL)}.test(v)` : undefined,
    },
  ],
  ['isISO4217CurrencyCode', code('$property must be a valid ISO4217 currency code', isISO4217CurrencyCode)],
  ['isISO31661Alpha2', code('$property must be a valid ISO31661 Alpha2 code', isISO31661Alpha2)],
  ['isIso8601', timestamp('$property must be a valid ISO 8601 date string')],
  ['isDateString', timestamp('$property must be a valid ISO 8601 date string')],
  ['isRFC3339', timestamp('$property must be RFC 3339 date')],
]);

function uuidOf(version: unknown): RegExp | undefined {
  const isAny = version === undefined || version === null || version === 'all';
  const digit = isAny ? '1-8' : /^[1-8]$/.exec(version as string)?.[0];
  if (digit === undefined) return undefined;
  // Written out: docs/internals/performance.md#counted-repetitions-in-regular-expressions-are-slow
  const hex = (count: number) => '[\\da-f]'.repeat(count);
  return new RegExp(`^${hex(8)}-${hex(4)}-[${digit}]${hex(3)}-[89ab]${hex(3)}-${hex(12)}$`, 'i');
}

/** Remembers values that passed, for a test that few different values pass. */
function remember(test: (value: unknown) => boolean): (value: unknown) => boolean {
  const passed = new Set<unknown>();
  return (value) => {
    if (passed.has(value)) return true;
    if (!test(value)) return false;
    passed.add(value);
    return true;
  };
}
