export { duration } from '../../../src/format/durations.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago: just now, 12 s ago, 3 min ago. */
export function ago(ms: number): string {
  if (ms < 2 * SECOND) return 'just now';
  if (ms < MINUTE) return `${String(Math.round(ms / SECOND))} s ago`;
  if (ms < HOUR) return `${String(Math.round(ms / MINUTE))} min ago`;
  if (ms < DAY) return `${String(Math.round(ms / HOUR))} h ago`;
  return `${String(Math.round(ms / DAY))} d ago`;
}

const time = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const whole = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** The time of day to the millisecond, with the date where it is not today's. */
export function clock(at: number | string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return typeof at === 'string' ? at : '–';
  const today = new Date().toDateString() === date.toDateString();
  return today ? time.format(date) : `${day.format(date)} ${time.format(date)}`;
}

/** Date and time in words, for titles of times that are shown short. */
export function dateTime(at: number | string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : whole.format(date);
}
