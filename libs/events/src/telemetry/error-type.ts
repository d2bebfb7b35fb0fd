import { isA, textIn } from '../model/thrown.js';

/** Names of errors that are told apart; a label must have a bound whatever handlers throw. */
const MAX_TYPES = 100;
/** OpenTelemetry's word for what has no type of its own. */
const OTHER = '_OTHER';
const NAME = /^[A-Za-z_$][\w$.]{0,63}$/;

const seen = new Set<string>();

/** The `error.type` of what was thrown: the error's name, as long as there are not too many of them. */
export function errorTypeOf(thrown: unknown): string {
  return boundedType((isA(thrown, Error) ? textIn(thrown, 'name') : undefined) ?? OTHER);
}

/** A name from outside as `error.type`. */
export function boundedType(name: string): string {
  if (seen.has(name)) return name;
  if (seen.size >= MAX_TYPES || !NAME.test(name)) return OTHER;
  seen.add(name);
  return name;
}
