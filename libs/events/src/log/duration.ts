/** A length of time in at most five characters, for logs and terminals: `0.2s`, `14s`, `3m05s`, `2h10m`, `3d04h`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${String(whole)}s`;
  if (whole < 3600) return `${String(Math.floor(whole / 60))}m${two(whole % 60)}s`;
  if (whole < 86_400) return `${String(Math.floor(whole / 3600))}h${two(Math.floor((whole % 3600) / 60))}m`;
  return `${String(Math.floor(whole / 86_400))}d${two(Math.floor((whole % 86_400) / 3600))}h`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
