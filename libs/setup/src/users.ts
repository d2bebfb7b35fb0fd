import { SERVICES } from '@shop/contracts';

/** The shop's Redis users: a user for each app, those of people and programs that look, and that of the command line. */
export const USERS = [
  SERVICES.order.name,
  SERVICES.payment.name,
  SERVICES.inventory.name,
  SERVICES.shipping.name,
  SERVICES.processor.name,
  /** Looks, replays and discards dead letters. */
  'console',
  /** Only looks: enough for a console that changes nothing. */
  'viewer',
  /** The command line. */
  'operator',
  'audit',
  /** `redis-cli` beside the server: lengths, entries, groups and what is pending. */
  'inspector',
] as const;

export type User = (typeof USERS)[number];

/** Who sends the operators' token, or is sent it. */
export const TOKEN_READERS = [
  SERVICES.order.name,
  SERVICES.payment.name,
  'console',
  'operator',
] as const satisfies readonly User[];
