import { isEntryId } from 'nestjs-event-streams/internal';
import { UsageError } from './cli-errors.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time such as `500ms`, `2s` or `10m`, in milliseconds; undefined if it is not a time. */
export function durationOf(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  return amount === undefined || unit === undefined ? undefined : Number(amount) * (UNITS[unit] ?? 0);
}

/** The time in an option, in milliseconds. @throws UsageError if it is not a time, or shorter than `leastMs` */
export function durationOption(name: string, text: string, leastMs: number): number {
  const ms = durationOf(text);
  if (ms !== undefined && ms >= leastMs) return ms;
  throw new UsageError(`Expected --${name} as a time such as 500ms, 2s or 10m, got ${JSON.stringify(text)}`);
}

/** A number that is not negative, of an option. @throws UsageError */
export function numberOption(name: string, text: string, { whole = true } = {}): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (Number.isFinite(value) && (!whole || Number.isInteger(value))) return value;
  throw new UsageError(`Expected --${name} as a ${whole ? 'whole ' : ''}number, got ${JSON.stringify(text)}`);
}

/** An entry's id. @throws UsageError */
export function entryId(text: string): string {
  if (isEntryId(text)) return text;
  throw new UsageError(`Expected an entry's id such as 1795452268988-0, got ${JSON.stringify(text)}`);
}
