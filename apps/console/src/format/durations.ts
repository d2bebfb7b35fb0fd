const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in the unit that fits: 0.4 ms, 85 ms, 2.31 s, 7 s, 4 min 10 s, 3 h 5 min, 2 d. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  const value = Math.max(0, ms);
  if (value < 1) return value === 0 ? '0 ms' : `${value.toFixed(1)} ms`;
  if (value < SECOND) return `${String(Math.round(value))} ms`;
  if (value < MINUTE && value % SECOND === 0) return `${String(value / SECOND)} s`;
  if (value < 10 * SECOND) return `${(value / SECOND).toFixed(2)} s`;
  if (value < MINUTE) return `${(value / SECOND).toFixed(1)} s`;
  if (value < HOUR) return twoUnits(value, MINUTE, 'min', SECOND, 's');
  if (value < DAY) return twoUnits(value, HOUR, 'h', MINUTE, 'min');
  return twoUnits(value, DAY, 'd', HOUR, 'h');
}

function twoUnits(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rounded = Math.round(ms / small) * small;
  const rest = Math.round((rounded % large) / small);
  const first = `${String(Math.floor(rounded / large))} ${largeName}`;
  return rest === 0 ? first : `${first} ${String(rest)} ${smallName}`;
}
