/**
 * `GET /api/session`: asked first of all, by the page itself (refused with 403 to other sites).
 * Works while Redis is away.
 */
export interface Session {
  /** Random at each start of the server; goes into the header `X-Console-Token`. After a 403 `bad-token`: ask anew. */
  token: string;
  /** Who is logged in; null where nobody has to. */
  user: SessionUser | null;
  /** Nothing can be changed, or not by this user, who is a viewer: hide or disable what would. */
  readOnly: boolean;
  /** Prefix of every key. */
  prefix: string;
  /** Host and port of Redis, never its password. */
  redisAddress: string;
  /** How many partitions each stream has. With more than one, dead letters and what became of an entry are not shown. */
  partitions: number;
  redis: RedisState;
  /** Whether the shop's view is there. */
  shop: boolean;
  /** How often the live feed tells, in milliseconds. */
  pollEveryMs: number;
  /** Version of the console. */
  version: string;
}

/** Somebody who is logged in. */
export interface SessionUser {
  name: string;
  /** A viewer looks; an operator changes things as well. */
  role: 'viewer' | 'operator';
}

/** Whether Redis answers. */
export interface RedisState {
  isUp: boolean;
  /** Since when it is so, by the clock of the console's server. */
  sinceMs: number;
  /** Why it is away, for people; null when it is not. */
  reason: string | null;
}
