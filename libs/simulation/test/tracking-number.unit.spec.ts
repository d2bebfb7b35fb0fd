import { describe, expect, it } from 'vitest';
import {
  fedexCheckDigit,
  gs1CheckDigit,
  mod7CheckDigit,
  s10CheckDigit,
  upsCheckDigit,
} from '../src/tracking-number.js';

// Published sample numbers without their check digits, and the check digits.
describe('check digits', () => {
  it.each([
    ['GS1 (an EAN)', '400638133393', 1, gs1CheckDigit],
    ['GS1 (USPS)', '940580369930012428789', 9, gs1CheckDigit],
    ['GS1 (USPS)', '950551106960504860062', 4, gs1CheckDigit],
    ['modulo 7 (DHL Express)', '331881002', 5, mod7CheckDigit],
    ['modulo 7 (DHL Express)', '848713550', 6, mod7CheckDigit],
    ['S10', '12345678', 5, s10CheckDigit],
    ['S10', '47312482', 9, s10CheckDigit],
    ['FedEx', '98657878885', 5, fedexCheckDigit],
    ['FedEx', '47717908123', 0, fedexCheckDigit],
    ['FedEx', '97436766271', 0, fedexCheckDigit],
    ['UPS', '5R8939035756712', 7, upsCheckDigit],
    ['UPS', '879E93034683444', 0, upsCheckDigit],
    ['UPS', '410E7W039275159', 1, upsCheckDigit],
    ['UPS', '8V92A7036720302', 4, upsCheckDigit],
  ])('%s of %s', (_standard, body, expected, checkDigit) => {
    expect(checkDigit(body)).toBe(expected);
  });
});
