const NUMBER = new Intl.NumberFormat('en');

/** `1,204` */
export function formatNumber(value: number): string {
  return NUMBER.format(value);
}
