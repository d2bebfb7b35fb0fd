import type { ErrorRule, RetryPolicy } from '../model/retry-policy.js';
import { demandKnownOptions } from '../model/option-names.js';
import { oneOf, OptionName } from './check.js';
import { tryTimeout, type ResolvedConsumerOptions } from './consumer-options.js';
import { resolveErrorRules, resolveRetry } from './retry-options.js';

/** Options of one handler. */
export interface HandlerOptions {
  /** How often the event is tried in all, and the pauses; what is left out comes from the worker's options. */
  retry?: Partial<RetryPolicy>;
  /** What becomes of the event by the class of the error; the first rule that fits decides. */
  errors?: readonly ErrorRule[];
  /**
   * How long one try may take, in milliseconds; then `delivery.signal` is aborted, and the try has failed. What it does
   * afterwards has no effect on Redis, and until it has really ended nothing else of its key begins. 0 for no limit.
   * @default the worker's `consumer.timeoutMs`
   */
  timeoutMs?: number;
  /**
   * What becomes of the events that follow a dead letter with the same partition key. `go-on`: they are handled.
   * `park-key`: they wait, as dead letters too; a replay of the first brings the others, in order. @default 'go-on'
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
    timeoutMs: tryTimeout(option('timeoutMs'), given.timeoutMs ?? worker.timeoutMs, {}),
    afterDeadLetter: afterDeadLetter(option('afterDeadLetter'), given.afterDeadLetter, {}),
  };
}
