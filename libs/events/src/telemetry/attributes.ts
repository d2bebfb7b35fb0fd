import { SpanKind, type Attributes } from '@opentelemetry/api';

// OpenTelemetry's messaging conventions are not stable yet, so their package keeps these names apart, under an entry point
// that may change with any release: https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
export const BATCH_MESSAGE_COUNT = 'messaging.batch.message_count';
export const CONSUMER_GROUP = 'messaging.consumer.group.name';
export const CONVERSATION_ID = 'messaging.message.conversation_id';
export const DESTINATION = 'messaging.destination.name';
export const ERROR_TYPE = 'error.type';
export const MESSAGE_ID = 'messaging.message.id';
const OPERATION_NAME = 'messaging.operation.name';
export const OPERATION_TYPE = 'messaging.operation.type';
export const PARTITION = 'messaging.destination.partition.id';
const SYSTEM = 'messaging.system';

/** Names of this library, for what the conventions have no name for. */
export const ATTEMPT = 'messaging.redis.attempt';
export const ENTRY_ID = 'messaging.redis.entry_id';
export const EVENT_TYPE = 'messaging.redis.event_type';
export const HANDLER = 'messaging.redis.handler';
export const OUTCOME = 'messaging.redis.outcome';

/** `messaging.system` of everything here. */
export const REDIS: Readonly<Attributes> = { [SYSTEM]: 'redis' };

/** A kind of operation: its name here, and what the conventions call it. */
export interface OperationKind {
  name: 'publish' | 'receive' | 'process' | 'settle';
  type: 'send' | 'receive' | 'process' | 'settle';
  kind: SpanKind;
}

export const PUBLISH: OperationKind = { name: 'publish', type: 'send', kind: SpanKind.PRODUCER };
export const RECEIVE: OperationKind = { name: 'receive', type: 'receive', kind: SpanKind.CLIENT };
export const PROCESS: OperationKind = { name: 'process', type: 'process', kind: SpanKind.CONSUMER };
export const SETTLE: OperationKind = { name: 'settle', type: 'settle', kind: SpanKind.CLIENT };

/** The attributes that metrics and spans have in common: made once for each operation and stream, so that they have few values. */
export class OperationAttributes {
  private readonly known = new Map<OperationKind, Map<string | undefined, Attributes>>();

  /** @param group the consumer group; undefined for a process that only publishes */
  constructor(private readonly group: string | undefined) {}

  /** @param streamName without prefix; undefined for an operation on several streams */
  of(operation: OperationKind, streamName: string | undefined): Attributes {
    let ofOperation = this.known.get(operation);
    if (!ofOperation) {
      ofOperation = new Map<string | undefined, Attributes>();
      this.known.set(operation, ofOperation);
    }
    let attributes = ofOperation.get(streamName);
    if (!attributes) ofOperation.set(streamName, (attributes = this.make(operation, streamName)));
    return attributes;
  }

  private make(operation: OperationKind, streamName: string | undefined): Attributes {
    const attributes: Attributes = { ...REDIS, [OPERATION_NAME]: operation.name };
    if (streamName !== undefined) attributes[DESTINATION] = streamName;
    if (operation !== PUBLISH && this.group !== undefined) attributes[CONSUMER_GROUP] = this.group;
    return attributes;
  }
}
