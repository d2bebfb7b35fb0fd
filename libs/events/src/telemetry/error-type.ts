import { isA, textIn } from '../model/thrown.js';

/** How many names of errors become values of the attribute: their number needs a bound, whatever handlers throw. */
const MAX_TYPES = 100;
/** OpenTelemetry's value for every other error. */
const OTHER = '_OTHER';
const NAME = /^[A-Za-z_$][\w$.]{0,63}$/;

const seen = new Set<string>();

/** The `error.type` of what was thrown: the error's name; `_OTHER` once there are too many names. */
export function errorTypeOf(thrown: unknown): string {
  return boundedType((isA(thrown, Error) ? textIn(thrown, 'name') : undefined) ?? OTHER);
}

/** A name as `error.type`; `_OTHER` if there are too many names, or if it can be none. */
export function boundedType(name: string): string {
  if (seen.has(name)) return name;
  if (seen.size >= MAX_TYPES || !NAME.test(name)) return OTHER;
  seen.add(name);
  return name;
}
