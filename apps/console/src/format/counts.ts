const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A count in full: 12,345. */
export function count(value: number): string {
  return whole.format(value);
}

/** `1 entry`, `2 entries`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
