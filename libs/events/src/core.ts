// What needs no NestJS: `nestjs-event-streams/core`.
export { createOperator, type Operator, type OperatorOptions } from './create/create-operator.js';
export { createProducer, type PlainProducer } from './create/create-producer.js';
export { createWorker, type PlainWorker, type WorkerHandler } from './create/create-worker.js';
export { EventsObserver, Keyspace, Partitions, RedisConnection } from './create/public-classes.js';
export { type WorkerStatus } from './worker/worker-status.js';
export { type PasswordSource } from './connection/changing-credentials.js';
export {
  type RedisByUrl,
  type RedisClientOptions,
  type RedisTarget,
  type RedisTlsFiles,
} from './connection/redis-target.js';
export { asFields, asNumber, asText, asTextOrNull, asTexts, type Reply } from './connection/reply.js';
export { type EventsConfig, type ProjectCommand } from './options/events-config.js';
export { type DeadLetterReason } from './model/outcome.js';
export { type OperatorNote } from './model/operator-note.js';
export { type DeadLetter } from './operate/dead-letter.js';
export { type DeadLetterFilter } from './operate/dead-letter-filter.js';
export { type DeadLetterAction } from './operate/dead-letter-history.js';
export { type DeadLetterPage } from './operate/dead-letter-reader.js';
export { type ReplacementPayload } from './operate/dead-letter-taker.js';
export { DeadLetters } from './operate/dead-letters.js';
export { type PendingReplay } from './operate/pending-replays.js';
export { Delivery } from './delivery/delivery.js';
export { DomainEvent, domainEventOf, type DomainEventOptions, type EventClass } from './model/domain-event.js';
export { type StandardSchema, type StandardSchemaIssue, type StandardSchemaResult } from './model/standard-schema.js';
export { type EventEnvelope } from './model/event-envelope.js';
export { ConfigurationError, LayoutVersionError } from './model/errors/configuration.js';
export { DeadLetterGoneError, KeyParkedError, OriginalGoneError } from './model/errors/dead-letter.js';
export {
  AttemptsExhaustedError,
  DeliveryLostError,
  EventParkedError,
  HandlerGoneError,
  HandlerTimeoutError,
  LeaseLostError,
  UnrecoverableError,
  WorkerCrashedError,
} from './model/errors/delivery.js';
export {
  EventDecodeError,
  EventLimitError,
  EventValidationError,
  EventSourceError,
  UnknownEventError,
  type EventProblem,
} from './model/errors/event.js';
export { EventsError } from './model/errors/events-error.js';
export {
  EventEnvelopeError,
  EventPayloadError,
  NotReplicatedError,
  ProducerOverloadedError,
  PublishTimeoutError,
} from './model/errors/publishing.js';
export {
  isOutage,
  RedisForbiddenError,
  RedisOutOfMemoryError,
  RedisTimeoutError,
  RedisUnavailableError,
  UnexpectedReplyError,
} from './model/errors/redis.js';
export { TransactionConflictError, TransactionOverError, TransactionRefusedError } from './model/errors/transaction.js';
export { type ConsumerOptions, type UnsafeIntegers } from './options/consumer-options.js';
export { type DeadLetterOptions } from './options/dead-letter-options.js';
export { type EventsOptions } from './options/options.js';
export { type Acks, type ProducerOptions } from './options/producer-options.js';
export { type DeliveryState, type HandlerProgress } from './operate/delivery-states.js';
export { type EntryPage, type EntryPagesOptions } from './operate/entry-pages.js';
export { EventMonitor } from './operate/event-monitor.js';
export {
  type GroupBacklog,
  type MonitoredGroup,
  type PartitionOverview,
  type StreamOverview,
  type WaitingEvents,
} from './operate/overviews.js';
export { type MonitoredEntry } from './operate/monitored-entry.js';
export { type FoundStreams } from './operate/stream-search.js';
export { type Observation, type ObservationKind, type ObservedEvent, type ObservedRun } from './model/observation.js';
export { EventProducer } from './publish/event-producer.js';
export { type EventToPublish, type ProduceOptions, type PublishOptions } from './model/event-to-publish.js';
export { type WholeSize } from './stream/entries/stream-entry.js';
export { type RangeOptions } from './stream/questions/range-pages.js';
export { Retention } from './operate/retention.js';
export { type TrimReport } from './operate/trim-stream.js';
export { type RetentionPolicy } from './model/retention-policy.js';
export { type ErrorRule, type RetryPolicy } from './model/retry-policy.js';
export { compareEntryIds, timeOfEntryId } from './stream/entries/entry-id.js';
export { type StartFrom } from './stream/clients/group-starts.js';
export { Erased, ERASED, isErased } from './personal/erased.js';
export { Personal } from './personal/personal-plan.js';
export { Subjects, type ForgottenSubject } from './personal/subjects.js';
export { aclRules } from './operate/acl-rules.js';
export type { AclRole, AclScope } from './operate/acl-scope.js';
export { type ConsumerRow, type GroupRow, type PendingSummary } from './stream/questions/group-questions.js';
export { Transaction, type TransactionValue } from './transaction/transaction.js';
export { type UnknownPolicies, type UnknownPolicy } from './options/unknown-policy.js';
export { type HandlerOptions } from './options/handler-options.js';
export { logTo, silentLogger, type Logger, type LoggerFactory } from './log/logger.js';
