/**
 * Names that a stream, or a service's state, cannot have: the library's own keys stand where theirs would (`Keyspace`). A service
 * with the state `workers` would write to `ecommerce:workers:…`, where the workers of groups are noted.
 */
export const RESERVED_ROOTS: readonly string[] = [
  ...(['layout', 'leases', 'partitions', 'producers'] as const),
  ...(['starts', 'subjects', 'watch', 'workers'] as const),
];

/** Where a console notes what operators do: the state of a console alone, which handles no events. */
export const CONSOLE_ROOT = 'console';

/**
 * Names that a consumer group cannot have. Below a stream its keys would be those of dead letters, of idempotency keys or of who trims
 * (`ecommerce:orders:published:…`); and Redis 7 takes `streams`, in any case, for the keyword of XREADGROUP.
 */
export const RESERVED_GROUPS: readonly string[] = ['dead-letters', 'published', 'streams', 'trimmer'];
