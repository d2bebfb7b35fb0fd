/**
 * `GET /api/session`: the first request of the page (403 for other sites).
 * Works while Redis is unavailable.
 */
export interface Session {
  /** Random at each start of the server; goes into the header `X-Console-Token`. After a 403 `bad-token`: request it again. */
  token: string;
  /** The user who is logged in; null if no login is required. */
  user: SessionUser | null;
  /** The console is read-only, or this user is a viewer: hide or disable all changes. */
  readOnly: boolean;
  /** Prefix of every key. */
  prefix: string;
  /** Host and port of Redis, never its password. */
  redisAddress: string;
  /** How many partitions each stream has. With more than one, dead letters and the state of an entry in its groups are not shown. */
  partitions: number;
  redis: RedisState;
  /** Whether the console has the view of the shop. */
  shop: boolean;
  /** The interval of the live feed, in milliseconds. */
  pollEveryMs: number;
  /** Version of the console. */
  version: string;
}

/** A user who is logged in. */
export interface SessionUser {
  name: string;
  /** A viewer may read; an operator may also make changes. */
  role: 'viewer' | 'operator';
}

/** The availability of Redis. */
export interface RedisState {
  isUp: boolean;
  /** Since when, by the clock of the console's server. */
  sinceMs: number;
  /** Why it is unavailable, for people; null if it is available. */
  reason: string | null;
}
