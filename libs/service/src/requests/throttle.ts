import type { ThrottlerModuleOptions } from '@nestjs/throttler';

const SECOND_MS = 1000;

/**
 * Limits the requests of one address per second, over all routes. Further ones are answered with 429 and `Retry-After`. IPv6
 * addresses count by their network (/64).
 */
export function throttleOf(requestsPerSecond: number): ThrottlerModuleOptions {
  return {
    throttlers: [{ ttl: SECOND_MS, limit: requestsPerSecond, blockDuration: 0 }],
    generateKey: (_context, address) => address,
    errorMessage:
      `More than ${String(requestsPerSecond)} requests in a second came from this address; ` +
      'see Retry-After (REQUESTS_PER_SECOND)',
  };
}
