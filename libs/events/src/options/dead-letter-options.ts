import { group, MEBIBYTE, wholeNumber, type Check } from './check.js';

/** How large dead letters may be, how many are kept, and how fast they are written. */
export interface DeadLetterOptions {
  /**
   * How many bytes one dead letter may have, names of fields included. Of a larger entry it has only the small fields, and the
   * entry's id in its stream. At least 65536. @default 1114112, 1 MiB and 64 KiB: whatever a producer publishes by default fits
   */
  maxBytes?: number;
  /** About how many dead letters of a stream are kept; the oldest are removed. 0 for all. @default 100000 */
  maxLength?: number;
  /** How long dead letters are kept, in milliseconds. 0 for ever. @default 0 */
  maxAgeMs?: number;
  /**
   * How many dead letters this worker writes per second; as many may come at once. The others wait in the worker, which reads
   * less meanwhile. 0 for no limit. @default 1000
   */
  maxPerSecond?: number;
}

/** What a dead letter says besides its original, at most, in bytes: most of it is the error's message and stack. */
const MAX_DESCRIPTION_BYTES = 64 * 1024;

/** The defaults protect Redis from a flood, and keep all dead letters of an outage of one or two hours. */
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
