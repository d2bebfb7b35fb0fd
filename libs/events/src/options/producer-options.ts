import { DAY_MS, group, MEBIBYTE, MINUTE_MS, oneOf, OptionName, wholeNumber, type Check } from './check.js';
import { payloadChecks } from './payload-options.js';

/** How the producer publishes. */
export interface ProducerOptions {
  /** How long a publish is tried before it fails, in milliseconds. @default 10000 */
  timeoutMs?: number;
  /** Events that may wait at once; more are refused at once. @default 10000 */
  bufferLimit?: number;
  /** Bytes of events that may wait at once; more are refused at once. @default 67108864, 64 MiB */
  bufferBytes?: number;
  /** How long an idempotency key is remembered, in milliseconds. @default 86400000, a day */
  idempotencyMs?: number;
  /** Bytes of one payload's JSON; larger ones are refused. @default 1048576, 1 MiB */
  maxBytes?: number;
  /** Objects and arrays within each other in one payload; deeper ones are refused. @default 100 */
  maxDepth?: number;
  /** Properties of all objects of one payload together; one with more is refused. @default 10000 */
  maxProperties?: number;
  /** Items of all arrays of one payload together; one with more is refused. @default 10000 */
  maxItems?: number;
  /**
   * When a publish counts as done. `received`: Redis has appended it. `replicated`: so many replicas have it, too, so
   * that a failover does not lose it. `fsynced`: it is on the disk of the master, and of so many replicas; needs Redis
   * 7.2 or Valkey, with the append-only file on. @default 'received'
   */
  acks?: Acks;
  /** How many replicas `acks` is about. @default for `replicated` 1, else 0 */
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
