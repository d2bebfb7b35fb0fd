import { DEFAULT_PAYLOAD_LIMITS, type PayloadLimits } from '../model/payload-limits.js';
import { MEBIBYTE, wholeNumber, type Checks } from './check.js';

/** Redis takes no value above 512 MiB. */
const MAX_BYTES = 512 * MEBIBYTE;
/** A member takes two bytes at least. */
const MAX_MEMBERS = MAX_BYTES / 2;

/** What one payload may be, for publishers and for readers. @param maxDepth what `maxDepth` may be at most */
export function payloadChecks(maxDepth: number): Checks<PayloadLimits> {
  return {
    maxBytes: wholeNumber({ min: 2, max: MAX_BYTES, fallback: DEFAULT_PAYLOAD_LIMITS.maxBytes }),
    maxDepth: wholeNumber({ min: 1, max: maxDepth, fallback: DEFAULT_PAYLOAD_LIMITS.maxDepth }),
    maxProperties: wholeNumber({ min: 1, max: MAX_MEMBERS, fallback: DEFAULT_PAYLOAD_LIMITS.maxProperties }),
    maxItems: wholeNumber({ min: 1, max: MAX_MEMBERS, fallback: DEFAULT_PAYLOAD_LIMITS.maxItems }),
  };
}
