import { isA, textIn } from '../thrown.js';
import { EventsError } from './events-error.js';

/** Redis could not be reached, closed the connection, or is not ready. The command may or may not have run. */
export class RedisUnavailableError extends EventsError {
  constructor(
    /** Host and port, never the password: `127.0.0.1:6379`. */
    readonly address: string,
    reason: string,
    options?: { cause?: unknown },
  ) {
    super(`Redis at ${address} is unavailable: ${reason}`, options);
  }
}

/** Redis did not answer in time. The command may or may not have run. */
export class RedisTimeoutError extends RedisUnavailableError {
  constructor(
    address: string,
    /** The time limit, in milliseconds. */
    readonly timeoutMs: number,
  ) {
    super(address, `no answer within ${String(timeoutMs)} ms`);
  }
}

/** Redis has no memory left. Nothing was published. Consumers go on. */
export class RedisOutOfMemoryError extends EventsError {
  constructor(reply: string) {
    super(`Redis has no memory left, and nothing was published. Raise maxmemory, or trim streams (${reply})`);
  }
}

/** Redis' user lacks a right that publishing needs. Nothing was published; a retry helps only once the user has the right. */
export class RedisForbiddenError extends EventsError {
  constructor(
    /** Redis' reply, which names the command, or says that it is about a key. */
    readonly reply: string,
  ) {
    super(
      `Redis' user may not do what publishing needs, and nothing was published. Grant it by ACL SETUSER (${reply})`,
    );
  }
}

/** Redis' reply to a command has a form that it cannot have. */
export class UnexpectedReplyError extends EventsError {
  constructor(
    /** The command, or the script of this library. */
    readonly command: string,
    /** What the reply must be. */
    readonly expected: string,
    /** The type of what came, never its content. */
    readonly got: string,
  ) {
    super(
      `Expected ${expected} in Redis' reply to ${command}, got ${got}. ` +
        'Connect to Redis 7.0 or later, or Valkey 8 or later, with nothing in between that changes replies',
    );
  }
}

const OUTAGE =
  /^(LOADING|READONLY|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|OOM|MISCONF|UNBLOCKED|NOAUTH|WRONGPASS)\b/;
/** The second form is Redis 7.0's for a command within a script, the third that of later servers and of Valkey. */
const FORBIDDEN = /^(NOPERM\b|ERR The user executing the script can't |ERR ACL failure in script: )/;
/** The refusal of a command that the user may not run on any key. */
const FORBIDDEN_COMMAND = /^(NOPERM|ERR ACL failure in script:) .*\bto run the\b/;

/**
 * Whether Redis is the reason, and not the event: it is away, does not serve at present, or refuses for lack of a right. Such a failure
 * does not count as an attempt.
 */
export function isOutage(error: unknown): boolean {
  return isA(error, RedisUnavailableError) || OUTAGE.test(replyOf(error)) || isForbidden(error);
}

/**
 * Whether Redis would answer any other command with the same outage. If not, it may help to ask for less at once: one of several keys may
 * be forbidden.
 */
export function isOutageForAll(error: unknown): boolean {
  return isForbidden(error) ? FORBIDDEN_COMMAND.test(replyOf(error)) : isOutage(error);
}

/** Whether this server accepts no writes: it is a replica, or has become one. */
export function isReadOnly(error: unknown): boolean {
  return replyOf(error).startsWith('READONLY');
}

/** Whether Redis refuses because its user lacks a right, to a command or to a key. */
export function isForbidden(error: unknown): boolean {
  return FORBIDDEN.test(replyOf(error));
}

/** Whether Redis refuses because it has no memory left. */
export function isOutOfMemory(error: unknown): boolean {
  return replyOf(error).startsWith('OOM');
}

/** Whether a stream or its group is missing (`FLUSHALL`, `DEL`, `XGROUP DESTROY`, a failover). */
export function isGroupMissing(error: unknown): boolean {
  return /^(NOGROUP|UNBLOCKED)\b/.test(replyOf(error));
}

/** Whether Redis refuses because another worker owns the partition by now. */
export function isFenced(error: unknown): error is Error {
  return replyOf(error).startsWith('FENCED');
}

/** Redis' own words; empty for any other error: a handler may throw an error whose message begins with `BUSY`, too. */
function replyOf(error: unknown): string {
  const isReply = isA(error, Error) && textIn(error, 'name') === 'ReplyError';
  return (isReply ? textIn(error, 'message') : undefined) ?? '';
}
