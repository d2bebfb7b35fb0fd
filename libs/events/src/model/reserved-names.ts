/**
 * Names that neither a stream nor a service's state can have, since the library has its own keys there (`Keyspace`). A service with the
 * state `workers` would write to `ecommerce:workers:…`, where the workers of groups are noted.
 */
export const RESERVED_ROOTS: readonly string[] = [
  ...(['layout', 'leases', 'partitions', 'producers'] as const),
  ...(['starts', 'subjects', 'watch', 'workers'] as const),
];

/** Where a console notes what operators do. Only an application that handles no events, such as a console, may have this state. */
export const CONSOLE_ROOT = 'console';

/**
 * Names that a consumer group cannot have. The library has keys of these names below a stream (`ecommerce:orders:published:…`); and Redis 7
 * takes `streams`, in upper or lower case, for the keyword of XREADGROUP.
 */
export const RESERVED_GROUPS: readonly string[] = ['dead-letters', 'published', 'streams', 'trimmer'];
