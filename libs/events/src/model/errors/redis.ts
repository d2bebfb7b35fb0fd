import { isA, textIn } from '../thrown.js';
import { EventsError } from './events-error.js';

/** Redis could not be reached, closed the connection, or is not ready to serve; the command may or may not have run. */
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

/** Redis did not answer within the deadline; the command may or may not have run. */
export class RedisTimeoutError extends RedisUnavailableError {
  constructor(
    address: string,
    /** How long was waited, in milliseconds. */
    readonly timeoutMs: number,
  ) {
    super(address, `no answer within ${String(timeoutMs)} ms`);
  }
}

/** Redis has no memory left. Nothing was published; consumers go on and may make room. */
export class RedisOutOfMemoryError extends EventsError {
  constructor(reply: string) {
    super(`Redis has no memory left, and nothing was published. Raise maxmemory, or trim streams (${reply})`);
  }
}

/** Redis' user lacks a right that publishing needs. Nothing was published, and trying again helps only once it has the right. */
export class RedisForbiddenError extends EventsError {
  constructor(
    /** What Redis says, which names the command or that it is a key. */
    readonly reply: string,
  ) {
    super(
      `Redis' user may not do what publishing needs, and nothing was published. Grant it by ACL SETUSER (${reply})`,
    );
  }
}

/** Redis has answered a command with something that is no answer to it. */
export class UnexpectedReplyError extends EventsError {
  constructor(
    /** The command, or the script of this library. */
    readonly command: string,
    /** What its reply has to be. */
    readonly expected: string,
    /** What it was, never what it said. */
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
/** The others are what Redis 7.0, and what later ones and Valkey, say of a command within a script. */
const FORBIDDEN = /^(NOPERM\b|ERR The user executing the script can't |ERR ACL failure in script: )/;
/** Of a command that the user may not run at all, on whatever keys. */
const FORBIDDEN_COMMAND = /^(NOPERM|ERR ACL failure in script:) .*\bto run the\b/;

/**
 * Whether Redis, not the event, is the reason: it is away, does not serve at present, or has taken rights from its user.
 * Such a failure is waited out and counts as no attempt.
 */
export function isOutage(error: unknown): boolean {
  return isA(error, RedisUnavailableError) || OUTAGE.test(replyOf(error)) || isForbidden(error);
}

/**
 * Whether an outage is Redis' answer to whatever is asked, and not to what needs certain rights alone: then nothing is
 * gained by asking in smaller parts.
 */
export function isOutageForAll(error: unknown): boolean {
  return isForbidden(error) ? FORBIDDEN_COMMAND.test(replyOf(error)) : isOutage(error);
}

/** Whether this server takes no writes: it is a replica, or was made one. */
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

/** What Redis itself said, empty for all else: a handler may throw anything, and its own error may well begin with "BUSY". */
function replyOf(error: unknown): string {
  const isReply = isA(error, Error) && textIn(error, 'name') === 'ReplyError';
  return (isReply ? textIn(error, 'message') : undefined) ?? '';
}
