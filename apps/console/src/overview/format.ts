/** `1 event`, `2,000 events` */
export function plural(count: number, what: string): string {
  return `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;
}

/** `350 ms`, `4.2 s`, `12 min`, `3 h` */
export function duration(ms: number): string {
  if (ms < 1000) return `${String(Math.round(ms))} ms`;
  if (ms < 60_000) return `${String(ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1000))} s`;
  return ms < 2 * 3_600_000 ? `${String(Math.round(ms / 60_000))} min` : `${String(Math.round(ms / 3_600_000))} h`;
}
