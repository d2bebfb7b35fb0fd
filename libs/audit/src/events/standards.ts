import { MAX_NAME_LENGTH, MAX_EMAIL_LENGTH, MAX_SKU_LENGTH } from '@shop/contracts/facts';
import validator from 'validator';
import { object, text, type Check } from './shape.js';
import { personal } from './personal.js';

/** A text of 1 to `most` characters. */
export function words(most: number): Check {
  return text(
    `a text of 1 to ${String(most)} characters`,
    (value) => value !== '' && validator.isLength(value, { max: most }),
  );
}

export const uuid = text('a UUID', (value) => validator.isUUID(value));
export const currency = text('a currency of ISO 4217', (value) => validator.isISO4217(value));
export const name = words(MAX_NAME_LENGTH);
export const sku = words(MAX_SKU_LENGTH);

/** Also a day that is in the calendar: RFC 3339's grammar alone takes February 30. */
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
  street: personal(words(200)),
  city: personal(words(100)),
  postal_code: personal(words(20)),
  country: text('a country of ISO 3166-1 alpha-2', (value) => validator.isISO31661Alpha2(value)),
});
