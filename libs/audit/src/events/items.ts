/**
 * The items as a text that is equal for equal lists in any order: `LMP-0007 × 2, MUG-0001 × 1`. One short text per event lets the
 * laws compare 200,000 orders in little memory.
 */
export function itemsOf(lines: readonly { sku: string; quantity: number }[]): string {
  const [only] = lines;
  if (only && lines.length === 1) return line(only.sku, only.quantity);
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return [...quantities]
    .map(([sku, quantity]) => line(sku, quantity))
    .sort()
    .join(', ');
}

function line(sku: string, quantity: number): string {
  return `${sku} × ${String(quantity)}`;
}
