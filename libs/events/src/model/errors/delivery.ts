import { bounded } from '../../log/safe-text.js';
import { EventsError, MAX_SHOWN_LENGTH } from './events-error.js';

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

/** A handler took longer than its `timeoutMs`: the attempt has failed, and what it still does has no effect on Redis. */
export class HandlerTimeoutError extends EventsError {
  constructor(
    /** `OrderHandlers.onOrderPlaced` */
    readonly handler: string,
    /** Its time limit, in milliseconds. */
    readonly timeoutMs: number,
  ) {
    super(`${handler} did not end within ${String(timeoutMs)} ms`);
  }
}

/** A handler that has failed as often as it may, while the dead letter could not be written; what it failed with is in the logs. */
export class AttemptsExhaustedError extends EventsError {
  constructor(
    /** `OrderHandlers.onOrderPlaced` */
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
    /** The name of the handler that is gone. */
    readonly handler: string,
    /** The event's `event_type`. */
    readonly eventType: string,
    /** The event's `version`. */
    readonly version: string,
  ) {
    super(
      `No handler ${bounded(handler, MAX_SHOWN_LENGTH)} takes ${bounded(eventType, MAX_SHOWN_LENGTH)} any more. ` +
        'Discard the dead letter, or bring the handler back',
    );
  }
}

/** Workers died, or stood still until others took the event over, in each of its quarantine runs. */
export class WorkerCrashedError extends EventsError {
  constructor(
    /** `-` where they died before a handler was called, while they decoded or validated it. */
    readonly handler: string,
    /** How many workers died or stood still. */
    readonly crashes: number,
  ) {
    super(
      handler === '-'
        ? `${String(crashes)} workers died or stood still while they decoded and validated this event in quarantine`
        : `${handler}: ${String(crashes)} workers died or stood still while they handled this event in quarantine`,
    );
  }
}

/** An event that waits until an earlier one of its key is no dead letter any more. */
export class EventParkedError extends EventsError {
  constructor(
    /** The partition key. */
    readonly partitionKey: string,
  ) {
    super(
      `An earlier event of the partition key ${bounded(partitionKey, MAX_SHOWN_LENGTH)} is a dead letter; this one waits until it is replayed or discarded`,
    );
  }
}

/** Throw it, or a subclass, from a handler when trying again cannot help: the event becomes a dead letter at once. */
export class UnrecoverableError extends EventsError {}
