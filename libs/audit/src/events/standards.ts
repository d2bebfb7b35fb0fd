import { MAX_NAME_LENGTH, MAX_EMAIL_LENGTH, MAX_SKU_LENGTH } from '@shop/contracts/facts';
import validator from 'validator';
import { object, text, type Check } from './shape.js';
import { personal } from './personal.js';

/** A text of 1 to `max` characters. */
export function textUpTo(max: number): Check {
  return text(
    `a text of 1 to ${String(max)} characters`,
    (value) => value !== '' && validator.isLength(value, { max }),
  );
}

export const uuid = text('a UUID', (value) => validator.isUUID(value));
export const currency = text('a currency of ISO 4217', (value) => validator.isISO4217(value));
export const name = textUpTo(MAX_NAME_LENGTH);
export const sku = textUpTo(MAX_SKU_LENGTH);
/** RFC 3339, with a day of the calendar: the grammar of RFC 3339 allows February 30. */
export const timestamp = text(
  'a time of RFC 3339',
  (value) => validator.isRFC3339(value) && validator.isISO8601(value, { strict: true }),
);

export const customer = object({
  customer_id: uuid,
  name: personal(name),
  email: personal(
    text(
      'an e-mail address',
      (value) => validator.isEmail(value) && validator.isLength(value, { max: MAX_EMAIL_LENGTH }),
    ),
  ),
});

export const address = object({
  street: personal(textUpTo(200)),
  city: personal(textUpTo(100)),
  postal_code: personal(textUpTo(20)),
  country: text('a country of ISO 3166-1 alpha-2', (value) => validator.isISO31661Alpha2(value)),
});
