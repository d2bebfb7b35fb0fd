// The library has a formatter, too, but to load the library takes longer than everything else that `npm start` does before it shows something.
const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads a duration such as `90s`, `2m`, `1.5h` or `1m30s`.
 * @returns milliseconds, or null if the text is not a duration
 */
export function parseDuration(text: string): number | null {
  if (!/^(\d+(\.\d+)?[smh])+$/.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)([smh])/g)) {
    total += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  }
  return Math.round(total);
}

/** A duration for people, to the second: `45s`, `2m`, `1h 5m`, `1m 30s`. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ].filter(([amount]) => amount !== 0);
  return parts.length === 0 ? '0s' : parts.map(([amount, unit]) => `${String(amount)}${String(unit)}`).join(' ');
}

/** A duration in seconds: `12s`, `0.5s`. @param digits after the point @default as many as it has */
export function formatSeconds(ms: number, digits?: number): string {
  return `${digits === undefined ? String(ms / 1000) : (ms / 1000).toFixed(digits)}s`;
}
