/** What a value must be, and how that is said. */
export interface Rule {
  /** Goes on after "expected …". */
  expected: string;
  holds(value: unknown): value is string;
}

/** Characters of an id, and of a key, at most. They are in every entry, in notes and logs, and a key is in names of keys. */
const MAX_ID_LENGTH = 256;
const MAX_KEY_LENGTH = 1024;
/** Readers ignore a longer one, as W3C allows. */
const MAX_TRACESTATE_LENGTH = 512;

/** Of a text, in a message. */
const MAX_SHOWN_LENGTH = 40;

const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
const PRINTABLE_ASCII = /^[\x20-\x7e]+$/;
/** The parts of a traceparent: trace id, span id, flags. Only versions after 00 may have further ones. */
export const TRACEPARENT =
  /^(?!ff|00-.{52}-)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-[\x21-\x7e]{0,200})?$/;

/**
 * An event_id, and what stands for one. Scripts compare ids byte by byte, and other bytes would not be the same after
 * they were read as text. Publishers and readers demand it.
 */
export const ID: Rule = {
  expected: `a UUID, or other visible ASCII of at most ${String(MAX_ID_LENGTH)} characters`,
  holds: (value): value is string =>
    typeof value === 'string' && value.length <= MAX_ID_LENGTH && VISIBLE_ASCII.test(value),
};

/** A partition key, or an idempotency key. An empty one would be the same for all; a lone surrogate is no UTF-8. */
export const KEY: Rule = {
  expected: `1 to ${String(MAX_KEY_LENGTH)} characters of well-formed text`,
  holds: (value): value is string =>
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= MAX_KEY_LENGTH &&
    (value as string & { isWellFormed(): boolean }).isWellFormed(),
};

/** W3C Trace Context. */
export const TRACE_PARENT: Rule = {
  expected: 'a traceparent of W3C Trace Context',
  holds: (value): value is string => typeof value === 'string' && TRACEPARENT.test(value),
};

export const TRACE_STATE: Rule = {
  expected: `1 to ${String(MAX_TRACESTATE_LENGTH)} characters of printable ASCII`,
  holds: (value): value is string =>
    typeof value === 'string' && value.length <= MAX_TRACESTATE_LENGTH && PRINTABLE_ASCII.test(value),
};

/** The value of a field, the last one where it is there several times. */
export function fieldOf(flat: readonly string[], name: string): string | undefined {
  for (let index = flat.length - 2; index >= 0; index -= 2) if (flat[index] === name) return flat[index + 1];
  return undefined;
}

/** A value as a message shows it: short, whatever it is. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string': {
      const text = JSON.stringify(value.slice(0, MAX_SHOWN_LENGTH));
      return value.length > MAX_SHOWN_LENGTH ? `${text}… of ${String(value.length)} characters` : text;
    }
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'an array' : 'an object';
    case 'function':
      return 'a function';
    case 'undefined':
      return 'undefined';
    default:
      return `the ${typeof value} ${String(value)}`;
  }
}
