import { SERVICES } from '@shop/contracts';

/** The shop's Redis users: one for each app, and those of other programs and of people. */
export const USERS = [
  SERVICES.order.name,
  SERVICES.payment.name,
  SERVICES.inventory.name,
  SERVICES.shipping.name,
  SERVICES.processor.name,
  /** Reads everything that the console shows, and replays and discards dead letters. */
  'console',
  /** Only reads: for a read-only console. */
  'viewer',
  /** For the command line `events`. */
  'operator',
  'audit',
  /** For `redis-cli` in the server's container: reads lengths, entries, groups and pending entries. */
  'inspector',
] as const;

export type User = (typeof USERS)[number];

/** The users whose apps send or check the operators' token. */
export const TOKEN_READERS = [
  SERVICES.order.name,
  SERVICES.payment.name,
  'console',
  'operator',
] as const satisfies readonly User[];
