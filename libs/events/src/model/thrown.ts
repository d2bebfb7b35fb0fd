import { inspect, types } from 'node:util';
import { bounded } from '../log/safe-text.js';

/** What was thrown, as text of bounded length. */
export interface ThrownText {
  name: string;
  message: string;
  /** Name, message and frames, and then the same of its causes. */
  stack: string;
}

/** How much is kept of these texts, in characters: they go into dead letters and log lines. */
export const MAX_NAME_LENGTH = 100;
export const MAX_MESSAGE_LENGTH = 4000;
export const MAX_STACK_LENGTH = 8000;

/** How many causes of a chain are kept. */
const MAX_CAUSES = 5;

/** How values that are no errors are shown: bounded, and without calling their own code. */
const SHOWN = { depth: 1, customInspect: false, maxArrayLength: 20, maxStringLength: MAX_MESSAGE_LENGTH } as const;

/**
 * Whatever user code threw, as bounded text: `null`, a text, a Proxy, an error whose `message` is an object or whose
 * getters throw. Never throws.
 *
 * @param said stands before a value that is no error: "The handler threw"
 */
export function textOf(thrown: unknown, said = 'Something threw'): ThrownText {
  const text = ownTextOf(thrown, said);
  return { ...text, stack: bounded(text.stack + causesOf(thrown), MAX_STACK_LENGTH) };
}

/**
 * What was thrown, as an error whose `name`, `message` and `stack` are bounded texts: itself if it is such an error, else a new error, whose
 * `cause` is what was thrown. Never throws.
 *
 * @param said as in {@link textOf}
 */
export function errorOf(thrown: unknown, said?: string): Error {
  if (isA(thrown, Error) && isWellFormed(thrown)) return thrown;
  const { name, message, stack } = textOf(thrown, said);
  const error = new Error(message, { cause: thrown });
  error.name = name;
  error.stack = stack;
  return error;
}

/** As `instanceof`, but false where that would throw: by a Proxy, a `Symbol.hasInstance`, or a `type` that is no class. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a class may take any arguments
export function isA<T>(value: unknown, type: abstract new (...args: any[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

/** A property of what was thrown; undefined if it is no text. */
export function textIn(thrown: unknown, property: keyof ThrownText): string | undefined {
  const value = read(thrown, property);
  return typeof value === 'string' ? value : undefined;
}

function isWellFormed(error: Error): boolean {
  if (types.isProxy(error)) return false;
  const name = textIn(error, 'name');
  const message = textIn(error, 'message');
  if (name === undefined || message === undefined) return false;
  const stack = read(error, 'stack');
  return (
    name !== '' &&
    name.length <= MAX_NAME_LENGTH &&
    message.length <= MAX_MESSAGE_LENGTH &&
    (stack === undefined || typeof stack === 'string')
  );
}

/** Without its causes. */
function ownTextOf(thrown: unknown, said: string): ThrownText {
  // An error of another realm is one, too.
  if (!isA(thrown, Error) && !types.isNativeError(thrown)) {
    const message = bounded(`${said} ${shown(thrown)}`, MAX_MESSAGE_LENGTH);
    return { name: 'Error', message, stack: `Error: ${message}` };
  }
  const name = bounded(textIn(thrown, 'name') ?? '', MAX_NAME_LENGTH) || 'Error';
  const given = read(thrown, 'message');
  const whole = typeof given === 'string' ? given : given === undefined ? '' : shown(given);
  const message = bounded(whole, MAX_MESSAGE_LENGTH);
  const stack = textIn(thrown, 'stack') ?? '';
  // A long message is cut, and the frames that follow it in the stack are kept.
  const place = whole === '' ? -1 : stack.indexOf(whole);
  const frames = place === -1 ? stack : stack.slice(place + whole.length);
  const head = message === '' ? name : `${name}: ${message}`;
  return { name, message, stack: bounded(stack === '' || place !== -1 ? head + frames : stack, MAX_STACK_LENGTH) };
}

function causesOf(thrown: unknown): string {
  const told = new Set<unknown>([thrown]);
  let text = '';
  let cause = read(thrown, 'cause');
  while (cause !== undefined && cause !== null && told.size <= MAX_CAUSES && !told.has(cause)) {
    told.add(cause);
    text += `\nCaused by: ${ownTextOf(cause, 'Something threw').stack}`;
    cause = read(cause, 'cause');
  }
  return text;
}

function read(thrown: unknown, property: string): unknown {
  try {
    return (thrown as Record<string, unknown> | null | undefined)?.[property];
  } catch {
    return undefined;
  }
}

/** By `inspect`, which can also show an object that `String()` cannot. */
function shown(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  try {
    return inspect(thrown, SHOWN);
  } catch {
    return `a value of type ${typeof thrown} that cannot be shown`;
  }
}
