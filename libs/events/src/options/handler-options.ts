import type { ErrorRule, RetryPolicy } from '../model/retry-policy.js';
import { demandKnownOptions } from '../model/option-names.js';
import { oneOf, OptionName } from './check.js';
import { attemptTimeout, type ResolvedConsumerOptions } from './consumer-options.js';
import { resolveErrorRules, resolveRetry } from './retry-options.js';

/** Options of one handler. */
export interface HandlerOptions {
  /** How many attempts an event has, and the pauses between them. What is missing comes from `consumer.retry`. */
  retry?: Partial<RetryPolicy>;
  /** What happens to an event, by the class of the error. The first rule that matches decides. */
  errors?: readonly ErrorRule[];
  /**
   * How long one attempt may take, in milliseconds; 0 for no limit. After that `delivery.signal` is aborted, and the attempt has
   * failed: its transaction is not applied. The next event of the partition key begins when the handler has really ended.
   * @default the worker's `consumer.timeoutMs`
   */
  timeoutMs?: number;
  /**
   * What happens to events that follow a dead letter with the same partition key. `go-on`: they are handled. `park-key`: they
   * become dead letters, too; a replay of the first replays the others, in their order. @default 'go-on'
   */
  afterDeadLetter?: 'go-on' | 'park-key';
}

/** With every default in its place. */
export interface ResolvedHandlerOptions extends Required<HandlerOptions> {
  retry: RetryPolicy;
}

const afterDeadLetter = oneOf('go-on', 'park-key');

const NAMES: readonly (keyof HandlerOptions)[] = ['retry', 'errors', 'timeoutMs', 'afterDeadLetter'];

/**
 * @param handler what a mistake is said of: `@EventHandler on OrderHandlers.onOrderPlaced`
 * @param others what is given beside these options; undefined where it may be anything, as with a handler of a class of one's own
 * @param worker its options, from which comes what the handler leaves out
 * @throws ConfigurationError that names the option, what came and what it takes
 */
export function resolveHandlerOptions(
  handler: string,
  given: HandlerOptions,
  worker: Pick<ResolvedConsumerOptions, 'retry' | 'timeoutMs'>,
  others: readonly string[] | undefined,
): ResolvedHandlerOptions {
  const inner = Object.keys(worker.retry).map((one) => `retry.${one}`);
  if (others) demandKnownOptions(handler, given, [...NAMES, ...others, ...inner]);
  const option = (name: keyof HandlerOptions): OptionName => new OptionName(handler, name);
  return {
    retry: resolveRetry(option('retry'), given.retry, worker.retry),
    errors: resolveErrorRules(option('errors'), given.errors),
    timeoutMs: attemptTimeout(option('timeoutMs'), given.timeoutMs ?? worker.timeoutMs, {}),
    afterDeadLetter: afterDeadLetter(option('afterDeadLetter'), given.afterDeadLetter, {}),
  };
}
