import { group, MEBIBYTE, wholeNumber, type Check } from './check.js';

/** What is kept of the events that groups give up. */
export interface DeadLetterOptions {
  /**
   * Bytes of one dead letter, names of fields included. Of a larger entry it holds the small fields only, and where the rest is:
   * in its stream. At least 65536. @default 1114112, 1 MiB and 64 KiB: what a producer publishes by default is kept whole
   */
  maxBytes?: number;
  /** How many dead letters one stream keeps, about; the oldest go. 0 for all. @default 100000 */
  maxLength?: number;
  /** How long dead letters are kept, in milliseconds. 0 for ever. @default 0 */
  maxAgeMs?: number;
  /**
   * How many dead letters this worker writes in a second, after as many at once. The others wait in the worker and take its
   * room, so that it reads less. 0 for no limit. @default 1000
   */
  maxPerSecond?: number;
}

/** What a dead letter says besides its original, at most, in bytes: most of it is the error's message and stack. */
const MAX_DESCRIPTION_BYTES = 64 * 1024;

/** By default they protect Redis from a flood, and lose nothing that an outage of an hour or two makes dead letters of. */
export const deadLetterOptions: Check<Required<DeadLetterOptions>> = group<Required<DeadLetterOptions>>({
  maxBytes: wholeNumber({
    min: MAX_DESCRIPTION_BYTES,
    max: 512 * MEBIBYTE,
    fallback: MEBIBYTE + MAX_DESCRIPTION_BYTES,
  }),
  maxLength: wholeNumber({ min: 0, max: 2 ** 40, fallback: 100_000 }),
  maxAgeMs: wholeNumber({ min: 0, max: 2 ** 42, fallback: 0 }),
  maxPerSecond: wholeNumber({ min: 0, max: 1_000_000, fallback: 1000 }),
});
