import { bounded } from '../log/safe-text.js';
import { isA, LONGEST_MESSAGE, textIn } from './thrown.js';

/** Base of every error of this library; `name` is stable and safe to match on. */
export class EventsError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A wrong option, decorator or handler, found when the application starts. */
export class ConfigurationError extends EventsError {}

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

/** One thing that is wrong with a payload. */
export interface EventProblem {
  /** Path of the property, such as `items.0.quantity`; empty for the payload itself. */
  path: string;
  message: string;
}

/** Problems of one payload that are told, and characters of the message of each. */
const MOST_PROBLEMS = 20;
const LONGEST_PROBLEM = 500;
/** Characters of a path, and of another text that came with an event, that a message shows: they may be as long as they like. */
const LONGEST_PATH = 200;

/** A payload that its event class's decorators refuse. Nothing was published. */
export class EventValidationError extends EventsError {
  /** The first twenty, each with a bound: a payload may have as many as it has bytes. */
  readonly problems: readonly EventProblem[];

  /** @param count of all problems, where these are the first of them */
  constructor(
    readonly eventType: string,
    problems: readonly EventProblem[],
    options?: { cause?: unknown },
    count = problems.length,
  ) {
    const told = problems.slice(0, MOST_PROBLEMS).map(({ path, message }) => ({
      path: bounded(path, LONGEST_PATH),
      message: bounded(message, LONGEST_PROBLEM),
    }));
    const rest = count > told.length ? `; and ${String(count - told.length)} more problems` : '';
    const list = told.map(({ message }) => message).join('; ');
    const said = `${eventType} is not valid: `;
    super(said + bounded(list, LONGEST_MESSAGE - said.length - rest.length) + rest, options);
    this.problems = told;
  }
}

/**
 * A payload that JSON or the event class would change on its way to readers, or that is larger or deeper than it may be.
 * Nothing was published.
 */
export class EventPayloadError extends EventsError {
  constructor(
    readonly eventType: string,
    /** Path of the field, such as `items.0.note`; empty for the payload itself. */
    readonly path: string,
    why: string,
    options?: { cause?: unknown },
  ) {
    const named = path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}…` : path;
    super(`${eventType} cannot be published: ${named === '' ? 'the payload' : named}: ${why}`, options);
  }
}

/** What was said of an event besides its payload, and no envelope can hold. Nothing was published. */
export class EventEnvelopeError extends EventsError {
  constructor(
    readonly eventType: string,
    /** As the publisher calls it: `eventId`, `timestamp`, `idempotencyKey`, …; `key` for what `key()` of the class gave. */
    readonly field: string,
    why: string,
    options?: { cause?: unknown },
  ) {
    super(`${eventType} cannot be published: ${field}: ${why}`, options);
  }
}

/** A stream entry that is no envelope: a field is missing, or `data` is not a JSON object. */
export class EventDecodeError extends EventsError {}

/** Of a source that somebody else has written, in a message. */
const LONGEST_SHOWN_SOURCE = 100;

/** An entry that says it comes from an application that does not publish this type, see `sources` of `@DomainEvent`. */
export class EventSourceError extends EventsError {
  constructor(
    readonly eventType: string,
    readonly source: string,
    expected: readonly string[],
  ) {
    super(`Expected ${eventType} from ${expected.join(' or ')}, got one from ${bounded(source, LONGEST_SHOWN_SOURCE)}`);
  }
}

/** A stream entry that is larger, deeper or of more parts than this worker takes; it was not parsed. */
export class EventLimitError extends EventDecodeError {
  constructor(
    /** The option that sets the limit, such as `consumer.maxItems`. */
    readonly option: string,
    readonly limit: number,
    /** What the limit is of: `bytes of data`. */
    what: string,
    got: string,
  ) {
    super(`Expected at most ${String(limit)} ${what} (${option}), got ${got}`);
  }
}

/** An entry whose type or major version no class of this worker knows. */
export class UnknownEventError extends EventsError {
  constructor(
    readonly eventType: string,
    readonly version: string,
    known: readonly string[],
  ) {
    super(
      `This worker knows no event ${bounded(eventType, LONGEST_PATH)} of version ${bounded(version, LONGEST_PATH)}; ` +
        `it knows ${known.join(', ')}. ` +
        `Add a handler for it, or list its class in EventsModule's "events" to pass over it.`,
    );
  }
}

/**
 * The producer's buffer has no room. Nothing was published. It is full because Redis takes nothing at present, and trying
 * again later helps; or, with `isTooLarge`, one call asked for more than it ever takes.
 */
export class ProducerOverloadedError extends EventsError {
  /** The option that sets the limit. */
  readonly option: 'producer.bufferLimit' | 'producer.bufferBytes';
  /** Whether the call alone is beyond the limit. */
  readonly isTooLarge: boolean;

  constructor(
    readonly limit: number,
    readonly unit: 'events' | 'bytes',
    /** Of the call, in that unit. */
    readonly asked: number,
  ) {
    const option = unit === 'events' ? 'producer.bufferLimit' : 'producer.bufferBytes';
    const waiting = unit === 'events' ? `${String(limit)} events` : `events of ${String(limit)} bytes`;
    const wanted = unit === 'events' ? `${String(asked)} events` : `events of ${String(asked)} bytes`;
    super(
      asked > limit
        ? `Expected at most ${waiting} in one call (${option}), got ${wanted}; nothing was taken. ` +
            `Publish them in several calls, each when the one before is done, or raise ${option}.`
        : `${waiting} already wait to be published; nothing was taken. Try again when Redis answers, or raise ${option}.`,
    );
    this.option = option;
    this.isTooLarge = asked > limit;
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

/** The event is in the stream, but not as safe as `producer.acks` demands, within the deadline. */
export class NotReplicatedError extends EventsError {
  constructor(
    readonly wanted: string,
    readonly got: string,
  ) {
    super(`The event is in the stream, but not as safe as wanted: expected ${wanted}, got ${got} within the deadline`);
  }
}

/** Redis confirmed no publish within the deadline. The event may be in the stream; it is there at most once. */
export class PublishTimeoutError extends EventsError {
  constructor(
    readonly timeoutMs: number,
    options?: { cause?: unknown },
  ) {
    super(`Redis confirmed no publish within ${String(timeoutMs)} ms; the event may be in the stream, once`, options);
  }
}

/** Other commits changed what the transaction had read, each time it was run. The event is retried later. */
export class TransactionConflictError extends EventsError {
  constructor(
    readonly runs: number,
    readonly key: string,
  ) {
    super(`The transaction met a change of ${key} in each of ${String(runs)} runs`);
  }
}

/**
 * A method of a transaction was called when the run of its handler was over, such as after a forgotten `await`. It has no
 * effect, and the log says so.
 */
export class TransactionOverError extends EventsError {
  constructor(
    /** `OrderHandlers.onOrderPlaced` */
    readonly handler: string,
    /** `hset` */
    readonly method: string,
  ) {
    super(
      `${handler} called ${method} of its transaction when its run was over: nothing of that is applied. ` +
        'Await everything before the handler returns, and stop when delivery.signal is aborted',
    );
  }
}

/** A transaction that Redis could not apply whole, such as a hash write to a string key. Nothing of it was applied. */
export class TransactionRefusedError extends EventsError {}

/** Another consumer took this delivery over, or somebody settled it; what this handler does now has no effect. */
export class DeliveryLostError extends EventsError {
  constructor(entry: string) {
    super(`The delivery of ${entry} is no longer this consumer's`);
  }
}

/** This worker does not own the partition any more; nothing that it does there is applied. */
export class LeaseLostError extends DeliveryLostError {
  constructor(
    /** The partition's prefix: `{ecommerce:3}`. */
    readonly partition: string,
    /** Of the ownership that has ended. */
    readonly epoch: number,
    why: string,
  ) {
    super(partition);
    this.message = `This worker's ownership ${String(epoch)} of the partition ${partition} is over: ${why}`;
  }
}

/** A handler took longer than its `timeoutMs`: the try has failed, and what it still does has no effect on Redis. */
export class HandlerTimeoutError extends EventsError {
  constructor(
    readonly handler: string,
    readonly timeoutMs: number,
  ) {
    super(`${handler} did not end within ${String(timeoutMs)} ms`);
  }
}

/** A handler that has failed as often as it may, while the dead letter could not be written; what it failed with is in the logs. */
export class AttemptsExhaustedError extends EventsError {
  constructor(
    readonly handler: string,
    /** How often it has failed. */
    readonly failures: number,
  ) {
    super(`${handler} has failed ${String(failures)} times, as often as it may; it was not called again`);
  }
}

/** A replayed event whose handler is not there any more: it was renamed or removed. */
export class HandlerGoneError extends EventsError {
  constructor(
    readonly handler: string,
    readonly eventType: string,
    readonly version: string,
  ) {
    super(
      `No handler ${bounded(handler, LONGEST_PATH)} takes ${bounded(eventType, LONGEST_PATH)} any more. ` +
        'Discard the dead letter, or bring the handler back',
    );
  }
}

/** There is no such dead letter: it was never there, or somebody has replayed or discarded it meanwhile. */
export class DeadLetterGoneError extends EventsError {
  constructor(
    readonly stream: string,
    readonly id: string,
  ) {
    super(`${stream} has no dead letter ${id}: it was replayed or discarded, or never there`);
  }
}

/** A dead letter that holds a part of its entry, which was larger than `deadLetters.maxBytes`, and whose stream has lost it. */
export class OriginalGoneError extends EventsError {
  constructor(
    readonly stream: string,
    /** The dead letter's id. */
    readonly id: string,
    /** The entry that it was. */
    readonly entryId: string,
  ) {
    super(
      `${stream}: dead letter ${id} holds only a part of entry ${entryId}, which was larger than deadLetters.maxBytes and is no ` +
        'longer in its stream, since it was trimmed or deleted: expected to find it there. It can only be discarded',
    );
  }
}

/** This dead letter waits behind another one of its key, which must be replayed or discarded first. */
export class KeyParkedError extends EventsError {
  constructor(
    readonly stream: string,
    readonly id: string,
    /** The partition key. */
    readonly key: string,
    /** The dead letter that comes first; '-' when it is being replayed. */
    readonly first: string,
  ) {
    const before = first === '-' ? 'one that is being replayed' : first;
    super(
      `${stream}: dead letter ${id} is parked behind ${before}, of the same key ${bounded(key, LONGEST_PATH)}. ` +
        'Replay or discard that one first',
    );
  }
}

/** A worker ended, or stood still beyond its claim, each time that it handled or read this event, although it had it alone. */
export class WorkerCrashedError extends EventsError {
  constructor(
    /** `-` where they did not come to handle it: they ended while they decoded or validated it. */
    readonly handler: string,
    readonly crashes: number,
  ) {
    super(
      handler === '-'
        ? `${String(crashes)} workers that decoded and validated this event alone have not come to an end of it`
        : `${handler}: ${String(crashes)} workers that handled this event alone have not come to an end of it`,
    );
  }
}

/** An event that waits until an earlier one of its key is no dead letter any more. */
export class EventParkedError extends EventsError {
  constructor(
    /** The partition key. */
    readonly key: string,
  ) {
    super(
      `An earlier event of the key ${bounded(key, LONGEST_PATH)} is a dead letter; this one waits until it is replayed or discarded`,
    );
  }
}

/** Throw it, or a subclass, from a handler when trying again cannot help: the event becomes a dead letter at once. */
export class UnrecoverableError extends EventsError {}

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
