import type { ThrottlerModuleOptions } from '@nestjs/throttler';

const SECOND_MS = 1000;

/**
 * So many requests one address may make in any second, of all routes together. More are answered 429, with how many seconds to
 * wait; addresses of IPv6 count by their network (/64).
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
