import type { Random } from './random.js';

/** Returns a random tracking number. */
export type TrackingNumber = (random: Random) => string;

const LETTERS = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');

/** Numbers of this form: `#` stands for a digit, `?` for a letter. */
export function patterned(pattern: string): TrackingNumber {
  return (random) => fill(pattern, random);
}

/** Numbers of this form, after `prefix`, with a check digit at the end. */
export function withCheckDigit(pattern: string, checkDigit: (body: string) => number, prefix = ''): TrackingNumber {
  return (random) => {
    const body = fill(pattern, random);
    return `${prefix}${body}${String(checkDigit(body))}`;
  };
}

/** Numbers of a postal operator by UPU standard S10, such as `RB123456785GB`. */
export function postal(service: string, country: string): TrackingNumber {
  const number = withCheckDigit('########', s10CheckDigit, service);
  return (random) => `${number(random)}${country}`;
}

/** The check digit of GS1 (SSCC, USPS): weights 3 and 1 from the right; the sum with the check digit is a multiple of 10. */
export function gs1CheckDigit(digits: string): number {
  const sum = Array.from(digits, Number)
    .reverse()
    .reduce((total, digit, index) => total + digit * (index % 2 === 0 ? 3 : 1), 0);
  return (10 - (sum % 10)) % 10;
}

/** The check digit of DHL Express and the carriers of Japan: the number modulo 7. */
export function mod7CheckDigit(digits: string): number {
  return Number(digits) % 7;
}

/** The check digit of UPU standard S10, for 8 digits. */
export function s10CheckDigit(digits: string): number {
  const rest = 11 - (weightedSum(digits, [8, 6, 4, 2, 3, 5, 9, 7]) % 11);
  if (rest === 10) return 0;
  return rest === 11 ? 5 : rest;
}

/** The check digit of FedEx, for the first 11 of 12 digits. */
export function fedexCheckDigit(digits: string): number {
  return (weightedSum(digits, [3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]) % 11) % 10;
}

/** The check digit of UPS, for the 15 characters after `1Z`. Letters count as digits. */
export function upsCheckDigit(characters: string): number {
  const digits = Array.from(characters, (each) => (/\d/.test(each) ? Number(each) : (each.charCodeAt(0) - 3) % 10));
  const sum = digits.reduce((total, digit, index) => total + digit * (index % 2 === 0 ? 1 : 2), 0);
  return (10 - (sum % 10)) % 10;
}

function fill(pattern: string, random: Random): string {
  return pattern.replaceAll('#', () => String(random.int(0, 9))).replaceAll('?', () => random.pick(LETTERS));
}

function weightedSum(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * Number(digits[index]), 0);
}
