import { DAY_MS, group, MEBIBYTE, MINUTE_MS, oneOf, OptionName, wholeNumber, type Check } from './check.js';
import { payloadChecks } from './payload-options.js';

/** How the producer publishes. */
export interface ProducerOptions {
  /** After how long without a confirmation a publish fails, in milliseconds. @default 10000 */
  timeoutMs?: number;
  /** How many events may wait to be sent. Further ones are refused at once. @default 10000 */
  bufferLimit?: number;
  /** How many bytes of events may wait to be sent. Further ones are refused at once. @default 67108864, 64 MiB */
  bufferBytes?: number;
  /** How long an idempotency key is remembered, in milliseconds. @default 86400000, a day */
  idempotencyMs?: number;
  /** How many bytes a payload's JSON may have; a larger one is refused. @default 1048576, 1 MiB */
  maxBytes?: number;
  /** How deep objects and arrays of a payload may be nested; a deeper one is refused. @default 100 */
  maxDepth?: number;
  /** How many properties all objects of a payload may have together; one with more is refused. @default 10000 */
  maxProperties?: number;
  /** How many items all arrays of a payload may have together; one with more is refused. @default 10000 */
  maxItems?: number;
  /**
   * When a publish is confirmed. `received`: Redis has appended the event. `replicated`: `replicas` replicas have it, too, so
   * that a failover does not lose it. `fsynced`: it is on the disk of the master and of `replicas` replicas; needs Redis 7.2 or
   * Valkey, with the append-only file on. @default 'received'
   */
  acks?: Acks;
  /** How many replicas `acks` waits for. @default for `replicated` 1, else 0 */
  replicas?: number;
}

/** What a publish waits for. */
export type Acks = 'received' | 'replicated' | 'fsynced';

/** What goes through a payload that is published calls itself for each level. */
const MAX_DEPTH_PUBLISHED = 1000;

const acknowledgements = oneOf('received', 'replicated', 'fsynced');

export const producerOptions: Check<Required<ProducerOptions>> = group<Required<ProducerOptions>>({
  timeoutMs: wholeNumber({ min: 10, max: 10 * MINUTE_MS, fallback: 10_000 }),
  bufferLimit: wholeNumber({ min: 1, max: 10_000_000, fallback: 10_000 }),
  bufferBytes: wholeNumber({ min: 1, max: 2 ** 40, fallback: 64 * MEBIBYTE }),
  idempotencyMs: wholeNumber({ min: 1000, max: 2 ** 40, fallback: DAY_MS }),
  ...payloadChecks(MAX_DEPTH_PUBLISHED),
  acks: acknowledgements,
  replicas: (option, given, siblings) => {
    const acks = acknowledgements(new OptionName(option.caller, 'producer.acks'), siblings['acks'], siblings);
    const min = acks === 'replicated' ? 1 : 0;
    const max = acks === 'received' ? 0 : 100;
    const withAcks = new OptionName(option.caller, `${option.path}, with acks "${acks}",`);
    return wholeNumber({ min, max, fallback: min })(withAcks, given, siblings);
  },
});
