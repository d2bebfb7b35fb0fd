/** A rule for a value, and its words in messages. */
export interface Rule {
  /** What follows "expected" in a message. */
  expected: string;
  holds(value: unknown): value is string;
}

/** How long ids and keys may be, in characters. They are in entries, notes and logs, and a key is a part of Redis keys. */
const MAX_ID_LENGTH = 256;
const MAX_KEY_LENGTH = 1024;
/** Readers ignore a longer one, as W3C allows. */
const MAX_TRACESTATE_LENGTH = 512;

/** How much of a text a message shows, in characters. */
const MAX_SHOWN_LENGTH = 40;

const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
const PRINTABLE_ASCII = /^[\x20-\x7e]+$/;
/** The parts of a traceparent: trace id, span id, flags. Only versions after 00 may have further ones. */
export const TRACEPARENT =
  /^(?!ff|00-.{52}-)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-[\x21-\x7e]{0,200})?$/;

/**
 * An event id, or another id. Scripts compare ids byte by byte; other characters could have other bytes after they were read as text.
 * Publishers and readers check it.
 */
export const ID: Rule = {
  expected: `a UUID, or other visible ASCII of at most ${String(MAX_ID_LENGTH)} characters`,
  holds: (value): value is string =>
    typeof value === 'string' && value.length <= MAX_ID_LENGTH && VISIBLE_ASCII.test(value),
};

/** A partition key, or an idempotency key. A lone surrogate cannot be written as UTF-8. */
export const KEY: Rule = {
  expected: `1 to ${String(MAX_KEY_LENGTH)} characters of well-formed text`,
  holds: (value): value is string =>
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= MAX_KEY_LENGTH &&
    (value as string & { isWellFormed(): boolean }).isWellFormed(),
};

/** `traceparent` of W3C Trace Context. */
export const TRACE_PARENT: Rule = {
  expected: 'a traceparent of W3C Trace Context',
  holds: (value): value is string => typeof value === 'string' && TRACEPARENT.test(value),
};

/** `tracestate` of W3C Trace Context. */
export const TRACE_STATE: Rule = {
  expected: `1 to ${String(MAX_TRACESTATE_LENGTH)} characters of printable ASCII`,
  holds: (value): value is string =>
    typeof value === 'string' && value.length <= MAX_TRACESTATE_LENGTH && PRINTABLE_ASCII.test(value),
};

/** The value of a field; the last one, if the field is there several times. */
export function fieldOf(flat: readonly string[], name: string): string | undefined {
  for (let index = flat.length - 2; index >= 0; index -= 2) if (flat[index] === name) return flat[index + 1];
  return undefined;
}

/** A value as a message shows it: always short. */
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
