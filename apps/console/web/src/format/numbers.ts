export { count, plural } from '../../../src/format/counts.js';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** A count in few characters: 12.3K. */
export function shortCount(value: number): string {
  return Math.abs(value) < 10_000 ? whole.format(value) : short.format(value);
}

/** Events per second, with as many digits as say something: 0.3, 12.5, 1,240. */
export function rate(perSecond: number): string {
  if (perSecond === 0) return '0';
  if (perSecond < 0.05) return '<0.1';
  if (perSecond < 100) return perSecond.toFixed(1);
  return shortCount(Math.round(perSecond));
}

/** A size: 812 B, 1.2 MB. */
export function bytes(value: number): string {
  if (value < 1000) return `${String(value)} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let scaled = value / 1000;
  let unit = 0;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  return `${scaled < 10 ? scaled.toFixed(1) : whole.format(scaled)} ${units[unit] ?? ''}`;
}

/** A share as percent: 0.02 is 2%. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value === 0 || value >= 10 || Number.isInteger(value) ? whole.format(value) : value.toFixed(1)}%`;
}

/** Money from its minor unit, as the shop's events carry it: 1250 EUR is €12.50. */
export function money(minor: number, currency: string): string {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
    const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
    return format.format(minor / 10 ** digits);
  } catch {
    return `${whole.format(minor)} ${currency}`;
  }
}
