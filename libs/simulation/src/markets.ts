import type { Faker } from '@faker-js/faker';
import { faker as de } from '@faker-js/faker/locale/de';
import { faker as enGB } from '@faker-js/faker/locale/en_GB';
import { faker as enUS } from '@faker-js/faker/locale/en_US';
import { faker as es } from '@faker-js/faker/locale/es';
import { faker as fr } from '@faker-js/faker/locale/fr';
import { faker as it } from '@faker-js/faker/locale/it';
import { faker as ja } from '@faker-js/faker/locale/ja';
import { faker as nl } from '@faker-js/faker/locale/nl';
import { faker as pl } from '@faker-js/faker/locale/pl';
import { faker as sv } from '@faker-js/faker/locale/sv';

/** A currency, and how the catalogue's euro prices are converted to it. Amounts are in its minor unit (JPY has none). */
export interface PriceList {
  /** ISO 4217. */
  currency: string;
  /** Minor units per euro cent. */
  factor: number;
  /** A price is a multiple of `step`, minus `discount`. */
  step: number;
  /** See `step`: 24.99, 3,980. */
  discount: number;
}

/** A country that the shop sells to. */
export interface Market {
  /** ISO 3166-1 alpha-2. */
  country: string;
  prices: PriceList;
  /** The source of names and streets. */
  locale: Faker;
  /** The forms of a postal code, as regular expressions without groups. */
  postalCodes: readonly string[];
  /** Share of the customers, in percent. */
  share: number;
}

const EUR: PriceList = { currency: 'EUR', factor: 1, step: 100, discount: 1 };
const GBP: PriceList = { currency: 'GBP', factor: 0.9, step: 100, discount: 1 };
const USD: PriceList = { currency: 'USD', factor: 1.1, step: 100, discount: 1 };
const JPY: PriceList = { currency: 'JPY', factor: 1.6, step: 100, discount: 20 };
const PLN: PriceList = { currency: 'PLN', factor: 4.3, step: 500, discount: 1 };
const SEK: PriceList = { currency: 'SEK', factor: 11.5, step: 1000, discount: 100 };

const BRITISH_CODES = ['B', 'BS', 'CF', 'E', 'EH', 'G', 'L', 'LS', 'M', 'N', 'NE', 'SE', 'SW'].map(
  (area) => `${area}[1-9] [1-9][ABDEFGHJLNPQRSTUWXYZ]{2}`,
);

/** The countries of the customers. */
export const MARKETS: readonly Market[] = [
  { country: 'DE', prices: EUR, locale: de, postalCodes: ['[1-9][0-9]{4}'], share: 26 },
  { country: 'US', prices: USD, locale: enUS, postalCodes: ['[1-9][0-9]{4}'], share: 20 },
  { country: 'GB', prices: GBP, locale: enGB, postalCodes: BRITISH_CODES, share: 14 },
  { country: 'FR', prices: EUR, locale: fr, postalCodes: ['[1-8][0-9]{4}'], share: 12 },
  { country: 'ES', prices: EUR, locale: es, postalCodes: ['[1-4][0-9]{4}'], share: 7 },
  { country: 'IT', prices: EUR, locale: it, postalCodes: ['[1-8][0-9]{4}'], share: 7 },
  { country: 'NL', prices: EUR, locale: nl, postalCodes: ['[1-9][0-9]{3} [A-Z]{2}'], share: 5 },
  { country: 'JP', prices: JPY, locale: ja, postalCodes: ['[1-9][0-9]{2}-[0-9]{4}'], share: 4 },
  { country: 'PL', prices: PLN, locale: pl, postalCodes: ['[0-8][0-9]-[0-9]{3}'], share: 3 },
  { country: 'SE', prices: SEK, locale: sv, postalCodes: ['[1-9][0-9]{2} [0-9]{2}'], share: 2 },
];

/** The price of a product that costs `euroCents`, in the list's minor unit. */
export function priceOn({ factor, step, discount }: PriceList, euroCents: number): number {
  return Math.max(1, Math.ceil((euroCents * factor) / step)) * step - discount;
}

/** The price lists of all markets, one for each currency. */
export function priceLists(): PriceList[] {
  return [...new Set(MARKETS.map(({ prices }) => prices))];
}
