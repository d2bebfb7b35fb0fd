import { bounded } from '../../log/safe-text.js';
import { MAX_MESSAGE_LENGTH } from '../thrown.js';
import { EventsError, MAX_SHOWN_LENGTH } from './events-error.js';

/** One thing that is wrong with a payload. */
export interface EventProblem {
  /** Path of the property, such as `items.0.quantity`; empty for the payload itself. */
  path: string;
  /** What was expected. */
  message: string;
}

/** How many problems of a payload are kept, and how much of each message, in characters. */
const MAX_PROBLEMS = 20;
const MAX_PROBLEM_LENGTH = 500;

/** A payload that the decorators, or the schema, of its event class refuse. Nothing was published. */
export class EventValidationError extends EventsError {
  /** The first twenty, with messages of at most 500 characters. */
  readonly problems: readonly EventProblem[];

  /** @param count how many problems there are in all, if `problems` has only the first of them */
  constructor(
    /** The event's `event_type`. */
    readonly eventType: string,
    problems: readonly EventProblem[],
    options?: { cause?: unknown },
    count = problems.length,
  ) {
    const told = problems.slice(0, MAX_PROBLEMS).map(({ path, message }) => ({
      path: bounded(path, MAX_SHOWN_LENGTH),
      message: bounded(message, MAX_PROBLEM_LENGTH),
    }));
    const rest = count > told.length ? `; and ${String(count - told.length)} more problems` : '';
    const list = told.map(({ message }) => message).join('; ');
    const said = `${eventType} is not valid: `;
    super(said + bounded(list, MAX_MESSAGE_LENGTH - said.length - rest.length) + rest, options);
    this.problems = told;
  }
}

/** A stream entry that is no envelope, such as without a required field, or whose `data` is not a JSON object. */
export class EventDecodeError extends EventsError {}

/** How much of an entry's source a message shows, in characters. */
const MAX_SHOWN_SOURCE_LENGTH = 100;

/** An entry whose `source` is an application that may not publish this type, see `sources` of `@DomainEvent`. */
export class EventSourceError extends EventsError {
  constructor(
    /** The entry's `event_type`. */
    readonly eventType: string,
    /** The entry's `source`. */
    readonly source: string,
    expected: readonly string[],
  ) {
    super(
      `Expected ${eventType} from ${expected.join(' or ')}, got one from ${bounded(source, MAX_SHOWN_SOURCE_LENGTH)}`,
    );
  }
}

/** A stream entry that exceeds a limit of this worker. It was not parsed. */
export class EventLimitError extends EventDecodeError {
  constructor(
    /** The option that sets the limit, such as `consumer.maxItems`. */
    readonly option: string,
    /** What it is set to. */
    readonly limit: number,
    /** What the limit counts: `bytes of data`. */
    what: string,
    got: string,
  ) {
    super(`Expected at most ${String(limit)} ${what} (${option}), got ${got}`);
  }
}

/** An entry of a type or major version that this worker has no class for. */
export class UnknownEventError extends EventsError {
  constructor(
    /** The entry's `event_type`. */
    readonly eventType: string,
    /** The entry's `version`. */
    readonly version: string,
    known: readonly string[],
  ) {
    super(
      `This worker knows no event ${bounded(eventType, MAX_SHOWN_LENGTH)} of version ${bounded(version, MAX_SHOWN_LENGTH)}; ` +
        `it knows ${known.join(', ')}. ` +
        `Add a handler for it, or list its class in EventsModule's "ignore" to acknowledge it.`,
    );
  }
}
